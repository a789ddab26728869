-- The cell table: persons, months and cost per year, side of the comparison and risk cell.
--
-- Rule: a risk cell is sex x age class; the classes are the contract's. Case mix is computed from these sums
-- alone, so its cost does not grow with the number of persons, and integers keep it exact.
--
-- table: mart_casemix_cell
-- grain: year, group_code, sex_code, age_class_code
-- sources: core_person_year, terms_age_class
-- parameters: none
--
-- person-year n : 1 age class (the classes have no gaps or overlaps; the contract's loader sees to it).
SELECT
    person.year,
    person.group_code,
    person.sex_code,
    terms_age_class.age_class_code,
    count(*) AS persons,
    CAST(sum(person.insured_months) AS BIGINT) AS insured_months,
    CAST(sum(person.in_domain_cents) AS BIGINT) AS in_domain_cents,
    CAST(sum(person.truncated_cents) AS BIGINT) AS truncated_cents,
    CAST(sum(person.retained_cents) AS BIGINT) AS retained_cents
FROM core_person_year AS person
INNER JOIN terms_age_class
    ON person.age_years >= terms_age_class.from_age AND person.age_years <= terms_age_class.to_age
GROUP BY person.year, person.group_code, person.sex_code, terms_age_class.age_class_code
