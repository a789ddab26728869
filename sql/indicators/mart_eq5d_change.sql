-- How many patients went from which EQ-5D-5L answers to which: what the mean change is made of.
--
-- Rule: every operation counts, with 'none' where its patient did not answer, so that the response shows.
-- Answers stay as they were given; the value set turns them into utilities later, so that another value set
-- needs no other table.
--
-- table: mart_eq5d_change
-- grain: year, group_code, provider_code, before_code, after_code
-- sources: raw_clinical_event, raw_patient_report, terms_provider
-- parameters: none
--
-- operation 1 : 0..1 report before, 1 : 0..1 report after; operation n : 1 hospital.
WITH operation AS (
    SELECT event_ref, provider_code, CAST(extract('year' FROM event_date) AS INTEGER) AS year
    FROM raw_clinical_event
),

before AS (
    SELECT event_ref, answers_code
    FROM raw_patient_report
    WHERE instrument_code = 'EQ-5D-5L' AND moment_code = 'before'
),

after AS (
    SELECT event_ref, answers_code
    FROM raw_patient_report
    WHERE instrument_code = 'EQ-5D-5L' AND moment_code = 'after'
)

SELECT
    operation.year,
    terms_provider.group_code,
    operation.provider_code,
    coalesce(before.answers_code, 'none') AS before_code,
    coalesce(after.answers_code, 'none') AS after_code,
    count(*) AS operations
FROM operation
INNER JOIN terms_provider ON terms_provider.provider_code = operation.provider_code
LEFT JOIN before ON before.event_ref = operation.event_ref
LEFT JOIN after ON after.event_ref = operation.event_ref
GROUP BY
    operation.year, terms_provider.group_code, operation.provider_code,
    coalesce(before.answers_code, 'none'), coalesce(after.answers_code, 'none')
