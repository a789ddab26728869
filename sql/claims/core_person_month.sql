-- What a person cost in a month, by kind of care and bucket: claim chains added up.
--
-- Rule: all lines of a chain stand in the month of the chain's first line, so a credited claim leaves zero.
-- Lines without a person (unlinked) are not here; `mart_claim_bucket` counts them.
--
-- table: core_person_month
-- grain: pid, month, care_type_code, group_code, bucket_code
-- sources: core_claim_line
-- parameters: none
SELECT
    pid, month, year_of_loss, care_type_code, group_code, bucket_code,
    CAST(sum(cents) AS BIGINT) AS cents,
    count(*) AS claim_lines
FROM core_claim_line
WHERE pid IS NOT NULL
GROUP BY pid, month, year_of_loss, care_type_code, group_code, bucket_code
