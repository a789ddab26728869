-- Who was insured in which months of a year, and to which side of the comparison those months belong.
--
-- Rule: only insured of the contract's labels count, so that a move between them leaves no gap, and a move to
-- another insurer ends the months. A month counts as often as its 15th lies in an insured period; the supplier
-- has already turned dates into whole months. The same month in two periods or two deliveries counts once: the
-- period that began last says where the person lived, ties broken by the row's own values. The area of the
-- postcode decides the group: 'contracted', 'comparison', or 'other' for everybody else. Entry into the Wlz ends
-- exposure: from the earliest month of entry in any of the person's periods on, months are of the group 'wlz'.
-- A row is a stretch of months within one calendar year: from_index up to, and not including, until_index
-- (12 x year + month). No two stretches of a person share a month. Periods of persons whose periods overlap
-- are taken apart into single months; all others stay whole, so that the table stays small.
--
-- table: core_insured_period
-- grain: pid, from_index
-- sources: raw_insured, calendar_month, calendar_year, terms_area, terms_insurer
-- parameters: none
--
-- raw_insured 1 : n calendar_year; of overlapping ones 1 : n calendar_month; raw_insured n : 1 terms_area;
-- stretch 1 : 1..2 parts, before and from the month of entry into the Wlz on.
WITH indexed AS (
    SELECT
        pid, insurer_code, birth_year, sex_code, postcode3_code, general_practice_code, from_month,
        insured_months,
        CAST(extract('year' FROM from_month) AS INTEGER) * 12
            + CAST(extract('month' FROM from_month) AS INTEGER) AS from_index,
        CAST(extract('year' FROM wlz_from_month) AS INTEGER) * 12
            + CAST(extract('month' FROM wlz_from_month) AS INTEGER) AS wlz_from_index
    FROM raw_insured
    WHERE pid IS NOT NULL AND insurer_code IN (SELECT insurer_code FROM terms_insurer)
),

wlz AS (
    SELECT pid, min(wlz_from_index) AS wlz_from_index
    FROM indexed
    WHERE wlz_from_index IS NOT NULL
    GROUP BY pid
),

wlz_part AS (
    SELECT pid, wlz_from_index, FALSE AS is_in_wlz FROM wlz
    UNION ALL
    SELECT pid, wlz_from_index, TRUE AS is_in_wlz FROM wlz
),

ordered AS (
    SELECT
        *,
        max(from_index + insured_months) OVER (
            PARTITION BY pid ORDER BY from_index ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS reached_index
    FROM indexed
),

overlapping AS (
    SELECT DISTINCT pid
    FROM ordered
    WHERE reached_index > from_index
),

in_year AS (
    SELECT
        ordered.pid, ordered.insurer_code, ordered.birth_year, ordered.sex_code, ordered.postcode3_code,
        ordered.general_practice_code, ordered.from_month, ordered.insured_months, calendar_year.year,
        greatest(ordered.from_index, calendar_year.from_index) AS from_index,
        least(ordered.from_index + ordered.insured_months, calendar_year.until_index) AS until_index,
        overlapping.pid IS NOT NULL AS is_overlapping
    FROM ordered
    INNER JOIN calendar_year
        ON ordered.from_index < calendar_year.until_index
        AND ordered.from_index + ordered.insured_months > calendar_year.from_index
    LEFT JOIN overlapping ON overlapping.pid = ordered.pid
),

single_month AS (
    SELECT
        in_year.pid, in_year.year, calendar_month.month_index, in_year.insurer_code, in_year.birth_year,
        in_year.sex_code, in_year.postcode3_code, in_year.general_practice_code,
        row_number() OVER (
            PARTITION BY in_year.pid, calendar_month.month_index
            ORDER BY
                in_year.from_month DESC, in_year.insurer_code, in_year.postcode3_code, in_year.birth_year,
                in_year.sex_code, in_year.insured_months, in_year.general_practice_code NULLS LAST
        ) AS preference
    FROM in_year
    INNER JOIN calendar_month
        ON calendar_month.month_index >= in_year.from_index
        AND calendar_month.month_index < in_year.until_index
    WHERE in_year.is_overlapping
),

stretch AS (
    SELECT
        pid, year, from_index, until_index, insurer_code, birth_year, sex_code, postcode3_code,
        general_practice_code
    FROM in_year
    WHERE NOT is_overlapping AND insured_months > 0
    UNION ALL
    SELECT
        pid, year, month_index AS from_index, month_index + 1 AS until_index, insurer_code, birth_year,
        sex_code, postcode3_code, general_practice_code
    FROM single_month
    WHERE preference = 1
),

parted AS (
    SELECT
        stretch.*, wlz_part.wlz_from_index, coalesce(wlz_part.is_in_wlz, FALSE) AS is_in_wlz,
        CASE
            WHEN wlz_part.is_in_wlz AND wlz_part.wlz_from_index > stretch.from_index THEN wlz_part.wlz_from_index
            ELSE stretch.from_index
        END AS part_from_index,
        CASE
            WHEN NOT wlz_part.is_in_wlz AND wlz_part.wlz_from_index < stretch.until_index THEN wlz_part.wlz_from_index
            ELSE stretch.until_index
        END AS part_until_index
    FROM stretch
    LEFT JOIN wlz_part ON wlz_part.pid = stretch.pid
)

SELECT
    parted.pid, parted.year, parted.part_from_index AS from_index, parted.part_until_index AS until_index,
    parted.wlz_from_index, parted.insurer_code, parted.birth_year, parted.sex_code, parted.postcode3_code,
    parted.general_practice_code,
    CASE WHEN parted.is_in_wlz THEN 'wlz' ELSE coalesce(terms_area.group_code, 'other') END AS group_code
FROM parted
LEFT JOIN terms_area ON terms_area.postcode3_code = parted.postcode3_code
WHERE parted.part_from_index < parted.part_until_index
