-- Every operation that hospitals delivered, and the side of the comparison that it counts on.
--
-- Rule: an operation counts once, on the side of its hospital, whoever insures the patient and wherever they
-- live. The groups, the first that applies:
--     duplicate    another row with the same reference counts: the earliest, then by the rows' own values
--     contracted   done by a hospital under contract
--     comparison   done by a hospital that the contract compares with
--     other        done by any other hospital
-- No figure needs the pseudonym. A row is of one person all the same, and by `pid` it is found when the person objects.
--
-- table: core_operation
-- grain: event_ref, delivery_id
-- sources: raw_clinical_event, terms_provider
-- parameters: none
--
-- operation n : 0..1 hospital in the contract.
WITH ranked AS (
    SELECT
        event_ref, delivery_id, pid, event_date, provider_code, procedure_code, asa_code, has_complication,
        row_number() OVER (
            PARTITION BY event_ref
            ORDER BY
                event_date, provider_code, procedure_code, asa_code, has_complication, location_code, delivery_id
        ) AS preference
    FROM raw_clinical_event
)

SELECT
    ranked.event_ref,
    ranked.delivery_id,
    ranked.pid,
    CAST(extract('year' FROM ranked.event_date) AS INTEGER) AS year,
    CASE
        WHEN ranked.preference > 1 THEN 'duplicate'
        ELSE coalesce(terms_provider.group_code, 'other')
    END AS group_code,
    ranked.provider_code,
    ranked.procedure_code,
    ranked.asa_code,
    ranked.has_complication
FROM ranked
LEFT JOIN terms_provider ON terms_provider.provider_code = ranked.provider_code
