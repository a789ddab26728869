-- Operations and complications by what is needed to compare them fairly: kind of operation and ASA class.
--
-- Rule: every delivered operation is in one cell, in the year it was done. The ratio compares the groups
-- 'contracted' and 'comparison'; 'other' and 'duplicate' are here so that no operation is lost uncounted.
--
-- table: mart_complication_cell
-- grain: year, group_code, provider_code, procedure_code, asa_code
-- sources: core_operation
-- parameters: none
SELECT
    year, group_code, provider_code, procedure_code, asa_code,
    count(*) AS operations,
    CAST(sum(CASE WHEN has_complication THEN 1 ELSE 0 END) AS BIGINT) AS complications
FROM core_operation
GROUP BY year, group_code, provider_code, procedure_code, asa_code
