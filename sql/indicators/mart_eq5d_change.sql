-- How many patients went from which EQ-5D-5L answers to which: what the mean change is made of.
--
-- Rule: every operation counts, with 'none' where its patient did not answer, so that the response shows.
-- Answers stay as they were given; the value set turns them into utilities later, so that another value set
-- needs no other table. A duplicate operation has no answers of its own.
--
-- table: mart_eq5d_change
-- grain: year, group_code, provider_code, before_code, after_code
-- sources: core_operation, core_patient_report
-- parameters: none
--
-- operation 1 : 0..1 report before, 1 : 0..1 report after (those that count).
WITH report AS (
    SELECT event_ref, moment_code, answers_code
    FROM core_patient_report
    WHERE bucket_code = 'counted' AND instrument_code = 'EQ-5D-5L'
),

answered AS (
    SELECT
        operation.year, operation.group_code, operation.provider_code,
        before.answers_code AS before_code,
        after.answers_code AS after_code,
        CASE WHEN before.event_ref IS NULL THEN 0 ELSE 1 END AS is_before,
        CASE WHEN after.event_ref IS NULL THEN 0 ELSE 1 END AS is_after
    FROM core_operation AS operation
    LEFT JOIN report AS before
        ON before.event_ref = operation.event_ref
        AND before.moment_code = 'before'
        AND operation.group_code <> 'duplicate'
    LEFT JOIN report AS after
        ON after.event_ref = operation.event_ref
        AND after.moment_code = 'after'
        AND operation.group_code <> 'duplicate'
)

SELECT
    year, group_code, provider_code,
    coalesce(before_code, 'none') AS before_code,
    coalesce(after_code, 'none') AS after_code,
    count(*) AS operations,
    CAST(sum(is_before) AS BIGINT) AS before_reports,
    CAST(sum(is_after) AS BIGINT) AS after_reports
FROM answered
GROUP BY year, group_code, provider_code, coalesce(before_code, 'none'), coalesce(after_code, 'none')
