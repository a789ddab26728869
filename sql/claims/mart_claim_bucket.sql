-- Every claim line and every cent in exactly one bucket, by delivery and year of loss.
--
-- table: mart_claim_bucket
-- grain: delivery_id, year_of_loss, group_code, care_type_code, bucket_code
-- sources: core_claim_line
-- parameters: none
SELECT
    delivery_id, year_of_loss, group_code, care_type_code, bucket_code,
    count(*) AS claim_lines,
    CAST(sum(CASE WHEN is_declared THEN 1 ELSE 0 END) AS BIGINT) AS declared_lines,
    CAST(sum(cents) AS BIGINT) AS cents
FROM core_claim_line
GROUP BY delivery_id, year_of_loss, group_code, care_type_code, bucket_code
