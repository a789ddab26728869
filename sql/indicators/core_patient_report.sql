-- Every questionnaire that hospitals delivered, and whether it counts.
--
-- Rule: of each operation, instrument and moment one report counts. The buckets, the first that applies:
--     duplicate           another report of the same operation, instrument and moment counts: the earliest,
--                         then by the rows' own values
--     without_operation   no delivery holds the operation
--     counted             counts
-- The pseudonym is here for the same reason as in core_operation.
--
-- table: core_patient_report
-- grain: event_ref, instrument_code, moment_code, delivery_id
-- sources: raw_patient_report, core_operation
-- parameters: none
--
-- report n : 0..1 operation (duplicates among operations left out).
WITH ranked AS (
    SELECT
        event_ref, instrument_code, moment_code, delivery_id, pid, answers_code,
        row_number() OVER (
            PARTITION BY event_ref, instrument_code, moment_code
            ORDER BY report_date, answers_code, provider_code, delivery_id
        ) AS preference
    FROM raw_patient_report
),

operation AS (
    SELECT event_ref
    FROM core_operation
    WHERE group_code <> 'duplicate'
)

SELECT
    ranked.event_ref,
    ranked.instrument_code,
    ranked.moment_code,
    ranked.delivery_id,
    ranked.pid,
    ranked.answers_code,
    CASE
        WHEN ranked.preference > 1 THEN 'duplicate'
        WHEN operation.event_ref IS NULL THEN 'without_operation'
        ELSE 'counted'
    END AS bucket_code
FROM ranked
LEFT JOIN operation ON operation.event_ref = ranked.event_ref
