-- What is kept of each linked person, and what an outsider who looks for somebody may know of that person.
--
-- Rule: a person is whoever the insurers' register names; one row each. Birth year, sex, where the person lives (region,
-- postcode, distance, socio-economic class), cover and general practice are those of the period that began last, ties
-- broken by the row's own values; earlier ones, and the insurer, are in the lake and not tried, so that what is counted
-- is the least there can be. The first insured month
-- is the earliest in the register. The last columns are coarse facts: insured months in all, how many operations,
-- and the year of the last one. birth_band_year is the first year of a band of five: what would be left of the
-- birth year if it were made coarser. A person's tables are told by `is_in_`. This table is worked with and never
-- kept.
--
-- table: core_privacy_person
-- grain: pid
-- sources: raw_insured, raw_claim_line, raw_clinical_event, raw_patient_report
-- parameters: none
--
-- raw_insured n : 1 person; each other table n : 0..1 person.
WITH ordered AS (
    SELECT
        pid, birth_year, sex_code, region_code, postcode3_code, distance_class_code, socioeconomic_class_code,
        cover_module_code, general_practice_code,
        row_number() OVER (
            PARTITION BY pid
            ORDER BY
                from_month DESC, insurer_code, postcode3_code, birth_year, sex_code, insured_months,
                general_practice_code NULLS LAST, region_code NULLS LAST, distance_class_code NULLS LAST,
                socioeconomic_class_code NULLS LAST, cover_module_code NULLS LAST
        ) AS preference
    FROM raw_insured
    WHERE pid IS NOT NULL
),

latest AS (
    SELECT
        pid, birth_year, sex_code, region_code, postcode3_code, distance_class_code, socioeconomic_class_code,
        cover_module_code, general_practice_code
    FROM ordered
    WHERE preference = 1
),

span AS (
    SELECT pid, min(from_month) AS from_month, CAST(sum(insured_months) AS BIGINT) AS insured_months
    FROM raw_insured
    WHERE pid IS NOT NULL
    GROUP BY pid
),

operated AS (
    SELECT
        pid,
        count(DISTINCT event_ref) AS operations,
        CAST(extract('year' FROM max(event_date)) AS INTEGER) AS operation_year
    FROM raw_clinical_event
    WHERE pid IS NOT NULL
    GROUP BY pid
),

claimed AS (
    SELECT DISTINCT pid
    FROM raw_claim_line
    WHERE pid IS NOT NULL
),

asked AS (
    SELECT DISTINCT pid
    FROM raw_patient_report
    WHERE pid IS NOT NULL
)

SELECT
    latest.pid,
    latest.birth_year,
    latest.birth_year - latest.birth_year % 5 AS birth_band_year,
    latest.sex_code,
    latest.region_code,
    latest.postcode3_code,
    latest.distance_class_code,
    latest.socioeconomic_class_code,
    latest.cover_module_code,
    span.from_month,
    latest.general_practice_code,
    span.insured_months,
    coalesce(operated.operations, 0) AS operations,
    operated.operation_year,
    claimed.pid IS NOT NULL AS is_in_claim_line,
    operated.pid IS NOT NULL AS is_in_clinical_event,
    asked.pid IS NOT NULL AS is_in_patient_report
FROM latest
INNER JOIN span ON span.pid = latest.pid
LEFT JOIN operated ON operated.pid = latest.pid
LEFT JOIN claimed ON claimed.pid = latest.pid
LEFT JOIN asked ON asked.pid = latest.pid
