-- The unit that cost is compared in: a person, a calendar year and a side of the comparison.
--
-- Rule: insured months are counted, cost in the domain is added up, and what exceeds the contract's amount
-- per person and year is truncated: retained + truncated = in domain. A person who moves between the areas
-- within a year has a row on each side, each with its own months and cost; months under the Wlz or elsewhere
-- are in none. Age is the age reached in the year.
--
-- table: core_person_year
-- grain: pid, year, group_code
-- sources: core_insured_period, core_person_month
-- parameters: truncation_cents
--
-- person-year 1 : n person months. Every in-domain cost has an insured month in its year (core_claim_line).
WITH exposure AS (
    SELECT
        pid, year, group_code,
        CAST(sum(until_index - from_index) AS BIGINT) AS insured_months,
        min(birth_year) AS birth_year,
        min(sex_code) AS sex_code
    FROM core_insured_period
    WHERE group_code IN ('contracted', 'comparison')
    GROUP BY pid, year, group_code
),

cost AS (
    SELECT pid, year_of_loss, group_code, CAST(sum(cents) AS BIGINT) AS in_domain_cents
    FROM core_person_month
    WHERE bucket_code = 'in_domain'
    GROUP BY pid, year_of_loss, group_code
)

SELECT
    exposure.pid,
    exposure.year,
    exposure.group_code,
    exposure.sex_code,
    exposure.year - exposure.birth_year AS age_years,
    exposure.insured_months,
    coalesce(cost.in_domain_cents, 0) AS in_domain_cents,
    greatest(coalesce(cost.in_domain_cents, 0) - CAST($truncation_cents AS BIGINT), 0) AS truncated_cents,
    least(coalesce(cost.in_domain_cents, 0), CAST($truncation_cents AS BIGINT)) AS retained_cents
FROM exposure
LEFT JOIN cost
    ON cost.pid = exposure.pid AND cost.year_of_loss = exposure.year AND cost.group_code = exposure.group_code
