-- What was paid without a claim, by year, side of the provider, kind of care, kind of payment and bucket.
--
-- Rule: these payments stand beside the cost of claims, and are not part of it: no settlement counts them yet.
--
-- table: mart_non_claim_cell
-- grain: year, group_code, care_type_code, kind_code, bucket_code
-- sources: core_non_claim_payment
-- parameters: none
SELECT
    year, group_code, care_type_code, kind_code, bucket_code,
    count(*) AS payments,
    CAST(sum(paid_months) AS BIGINT) AS paid_months,
    CAST(sum(cents) AS BIGINT) AS cents
FROM core_non_claim_payment
GROUP BY year, group_code, care_type_code, kind_code, bucket_code
