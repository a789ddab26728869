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
-- Only the months of persons whose periods overlap are ranked: ranking everybody's would be most of the work.
WITH insured AS (
    SELECT
        pid, insurer_code, birth_year, sex_code, postcode3_code, from_month, insured_months,
        CAST(extract('year' FROM from_month) AS INTEGER) * 12
            + CAST(extract('month' FROM from_month) AS INTEGER) AS from_index
    FROM raw_insured
    WHERE pid IS NOT NULL
),

period AS (
    SELECT
        *,
        max(from_index + insured_months) OVER (
            PARTITION BY pid ORDER BY from_index ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS reached_index
    FROM insured
),

overlapping AS (
    SELECT DISTINCT pid
    FROM period
    WHERE reached_index > from_index
),

months AS (
    SELECT
        period.*, calendar_month.month, calendar_month.year, overlapping.pid IS NOT NULL AS is_overlapping
    FROM period
    INNER JOIN calendar_month
        ON calendar_month.month_index >= period.from_index
        AND calendar_month.month_index < period.from_index + period.insured_months
    LEFT JOIN overlapping ON overlapping.pid = period.pid
),

ranked AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY pid, month
            ORDER BY from_month DESC, insurer_code, postcode3_code, birth_year, sex_code, insured_months
        ) AS preference
    FROM months
    WHERE is_overlapping
),

once AS (
    SELECT pid, month, year, insurer_code, birth_year, sex_code, postcode3_code
    FROM months
    WHERE NOT is_overlapping
    UNION ALL
    SELECT pid, month, year, insurer_code, birth_year, sex_code, postcode3_code
    FROM ranked
    WHERE preference = 1
)

SELECT
    once.pid, once.month, once.year, once.insurer_code, once.birth_year, once.sex_code,
    once.postcode3_code, coalesce(terms_area.group_code, 'other') AS group_code
FROM once
LEFT JOIN terms_area ON terms_area.postcode3_code = once.postcode3_code
