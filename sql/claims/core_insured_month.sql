-- Who was insured in which month, and to which side of the comparison that month belongs.
--
-- Rule: a month counts as often as its 15th lies in an insured period; the supplier has already turned dates
-- into whole months. The same month in two periods or two deliveries counts once: the period that began
-- last says where the person lived, ties broken by the row's own values. The area of the postcode decides
-- the group: 'contracted', 'comparison', or 'other' for everybody else.
--
-- table: core_insured_month
-- grain: pid, month
-- sources: raw_insured, calendar_month, terms_area
-- parameters: none
--
-- raw_insured 1 : n calendar_month (the months of the period); raw_insured n : 1 terms_area.
WITH insured AS (
    SELECT
        pid, insurer_code, birth_year, sex_code, postcode3_code, from_month, insured_months,
        CAST(extract('year' FROM from_month) AS INTEGER) * 12
            + CAST(extract('month' FROM from_month) AS INTEGER) AS from_index
    FROM raw_insured
    WHERE pid IS NOT NULL
),

months AS (
    SELECT
        insured.pid, calendar_month.month, calendar_month.year, insured.insurer_code, insured.birth_year,
        insured.sex_code, insured.postcode3_code,
        row_number() OVER (
            PARTITION BY insured.pid, calendar_month.month
            ORDER BY insured.from_month DESC, insured.insurer_code, insured.postcode3_code,
                insured.birth_year, insured.sex_code, insured.insured_months
        ) AS preference
    FROM insured
    INNER JOIN calendar_month
        ON calendar_month.month_index >= insured.from_index
        AND calendar_month.month_index < insured.from_index + insured.insured_months
)

SELECT
    months.pid, months.month, months.year, months.insurer_code, months.birth_year, months.sex_code,
    months.postcode3_code, coalesce(terms_area.group_code, 'other') AS group_code
FROM months
LEFT JOIN terms_area ON terms_area.postcode3_code = months.postcode3_code
WHERE months.preference = 1
