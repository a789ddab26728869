-- What each kind of care cost, by year of loss, side and bucket: how many persons, lines, cents and daily doses.
--
-- Rule: a person counts once per row, so that persons of several rows must not be added up. Fixed cost is paid
-- by registration, and nobody can save on it by doing less; the kinds of care say which. Daily doses are those
-- of drugs only. Rows add up to `mart_claim_bucket`. Money that is no claim stands in `mart_non_claim_cell`.
--
-- table: mart_cost_by_kind
-- grain: year_of_loss, group_code, care_type_code, bucket_code
-- sources: core_claim_line
-- parameters: none
SELECT
    year_of_loss, group_code, care_type_code, is_fixed, bucket_code,
    count(DISTINCT pid) AS persons,
    count(*) AS claim_lines,
    CAST(sum(cents) AS BIGINT) AS cents,
    CAST(coalesce(sum(ddd_thousandths), 0) AS BIGINT) AS ddd_thousandths
FROM core_claim_line
GROUP BY year_of_loss, group_code, care_type_code, is_fixed, bucket_code
