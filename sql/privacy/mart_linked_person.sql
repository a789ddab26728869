-- How many persons each table holds, and how many of them the insurers' register names.
--
-- Rule: a person counts once in a table. Who is in a table and not in the register is insured elsewhere: nothing is
-- known of such a person but what that table says, and no group of alike persons can be told.
--
-- table: mart_linked_person
-- grain: table_name
-- sources: raw_insured, raw_claim_line, raw_clinical_event, raw_patient_report
-- parameters: none
WITH held AS (
    SELECT DISTINCT 'insured' AS table_name, pid FROM raw_insured WHERE pid IS NOT NULL
    UNION ALL
    SELECT DISTINCT 'claim_line' AS table_name, pid FROM raw_claim_line WHERE pid IS NOT NULL
    UNION ALL
    SELECT DISTINCT 'clinical_event' AS table_name, pid FROM raw_clinical_event WHERE pid IS NOT NULL
    UNION ALL
    SELECT DISTINCT 'patient_report' AS table_name, pid FROM raw_patient_report WHERE pid IS NOT NULL
),

named AS (
    SELECT DISTINCT pid
    FROM raw_insured
    WHERE pid IS NOT NULL
)

SELECT
    held.table_name,
    count(*) AS persons,
    count(named.pid) AS persons_in_register
FROM held
LEFT JOIN named ON named.pid = held.pid
GROUP BY held.table_name
