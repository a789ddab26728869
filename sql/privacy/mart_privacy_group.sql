-- How many persons are alike in what somebody knows of them: groups by their size, in each table.
--
-- Rule: two persons are alike when they have the same value in every column that is known (`knows_`), an empty
-- value being one too. Of each table only its own persons count, in numbers and in groups: who looks for somebody
-- there knows that this person is in it.
--
-- table: mart_privacy_group
-- grain: table_name, group_size
-- sources: core_privacy_person
-- parameters: knows_birth_year, knows_birth_band_year, knows_sex_code, knows_region_code, knows_postcode3_code, knows_distance_class_code, knows_socioeconomic_class_code, knows_cover_module_code, knows_from_month, knows_general_practice_code, knows_insured_months, knows_operations, knows_operation_year
--
-- person n : 1 group of alike persons; group 1 : 0..1 in each table.
WITH known AS (
    SELECT
        CASE WHEN $knows_birth_year THEN birth_year END AS known_birth_year,
        CASE WHEN $knows_birth_band_year THEN birth_band_year END AS known_birth_band_year,
        CASE WHEN $knows_sex_code THEN sex_code END AS known_sex_code,
        CASE WHEN $knows_region_code THEN region_code END AS known_region_code,
        CASE WHEN $knows_postcode3_code THEN postcode3_code END AS known_postcode3_code,
        CASE WHEN $knows_distance_class_code THEN distance_class_code END AS known_distance_class_code,
        CASE WHEN $knows_socioeconomic_class_code THEN socioeconomic_class_code END AS known_socioeconomic_class_code,
        CASE WHEN $knows_cover_module_code THEN cover_module_code END AS known_cover_module_code,
        CASE WHEN $knows_from_month THEN from_month END AS known_from_month,
        CASE WHEN $knows_general_practice_code THEN general_practice_code END AS known_general_practice_code,
        CASE WHEN $knows_insured_months THEN insured_months END AS known_insured_months,
        CASE WHEN $knows_operations THEN operations END AS known_operations,
        CASE WHEN $knows_operation_year THEN operation_year END AS known_operation_year,
        is_in_claim_line, is_in_clinical_event, is_in_patient_report
    FROM core_privacy_person
),

alike AS (
    SELECT
        count(*) AS insured,
        sum(CASE WHEN is_in_claim_line THEN 1 ELSE 0 END) AS claim_line,
        sum(CASE WHEN is_in_clinical_event THEN 1 ELSE 0 END) AS clinical_event,
        sum(CASE WHEN is_in_patient_report THEN 1 ELSE 0 END) AS patient_report
    FROM known
    GROUP BY
        known_birth_year, known_birth_band_year, known_sex_code, known_region_code, known_postcode3_code,
        known_distance_class_code, known_socioeconomic_class_code, known_cover_module_code, known_from_month,
        known_general_practice_code, known_insured_months, known_operations, known_operation_year
),

sized AS (
    SELECT 'insured' AS table_name, CAST(insured AS BIGINT) AS group_size FROM alike
    UNION ALL
    SELECT 'claim_line' AS table_name, CAST(claim_line AS BIGINT) AS group_size FROM alike
    UNION ALL
    SELECT 'clinical_event' AS table_name, CAST(clinical_event AS BIGINT) AS group_size FROM alike
    UNION ALL
    SELECT 'patient_report' AS table_name, CAST(patient_report AS BIGINT) AS group_size FROM alike
)

SELECT table_name, group_size, count(*) AS groups
FROM sized
WHERE group_size > 0
GROUP BY table_name, group_size
