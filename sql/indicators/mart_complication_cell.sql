-- Operations and complications by what is needed to compare them fairly: kind of operation and ASA class.
--
-- Rule: every operation of the contracted and the comparison hospitals counts once in the year it was done,
-- whoever insures the patient; the hospital decides the side, not the patient's address.
--
-- table: mart_complication_cell
-- grain: year, group_code, provider_code, procedure_code, asa_code
-- sources: raw_clinical_event, terms_provider
-- parameters: none
--
-- operation n : 1 hospital.
SELECT
    CAST(extract('year' FROM operation.event_date) AS INTEGER) AS year,
    terms_provider.group_code,
    operation.provider_code,
    operation.procedure_code,
    operation.asa_code,
    count(*) AS operations,
    CAST(sum(CASE WHEN operation.has_complication THEN 1 ELSE 0 END) AS BIGINT) AS complications
FROM raw_clinical_event AS operation
INNER JOIN terms_provider ON terms_provider.provider_code = operation.provider_code
GROUP BY
    extract('year' FROM operation.event_date), terms_provider.group_code, operation.provider_code,
    operation.procedure_code, operation.asa_code
