-- Every claim line once, with the chain it belongs to and the one bucket its cents fall in.
--
-- Rule: a credit follows the line it corrects, through credits of credits, to the claim at the head of its
-- chain: it takes that claim's person, year of loss, month, kind of care and drug, so that debit and credit meet
-- in the same cell. An orphan stands with the last line of its chain that there is. The year of loss of a line is
-- the year of its opening date. A reference that comes more than once counts once: a line with a decision of the
-- insurer before one without, of several such lines that of the newest delivery (by day, then by its identity);
-- where nothing was decided the earliest line, then by the lines' own values. The buckets, the first that applies:
--     duplicate           another line with the same reference counts
--     unlinked            no pseudonym came for the person
--     orphan_credit       a credit whose claim was never delivered
--     outside_years       year of loss outside the contract's years
--     outside_population  another payer's, not insured in that year, living in neither area, or in the Wlz
--     out_of_domain       a kind of care or a law that the contract leaves out
--     in_domain           counts; truncation is applied later, per person and year
-- The population group is the person's in the month of opening, else in the nearest insured month of that
-- year (the earlier one of two), because a birth or a death may lie in a month that does not count; but from
-- the month of entry into the Wlz on it is 'wlz', whichever month is nearest. `booked_month` is the month of the
-- line's own invoice, to which run-out is counted. `is_fixed` says that the kind of care is paid by
-- registration and not by use; `is_orphan`, whatever the bucket, that the line credits what never came.
--
-- table: core_claim_line
-- grain: line_ref, delivery_id
-- sources: raw_claim_line, delivery_supplier, core_insured_period, canonical_care_type, terms_care_type, terms_law, terms_year, terms_insurer
-- parameters: valuation
--
-- line n : 0..1 delivery; line n : 0..1 head of its chain (one line per reference after ranking); line n : 0..1 insured stretch; n : 1 each terms table.
-- Only lines that credit, are credited or come twice are ranked and climbed; all others stand for themselves.
WITH RECURSIVE line AS (
    SELECT
        line_ref, corrected_line_ref, delivery_id, insurer_code, pid, opening_date, invoiced_date, care_type_code,
        financing_law_code, atc_code, ddd_thousandths, declared_cents, awarded_cents,
        CASE WHEN $valuation = 'declared' THEN declared_cents ELSE coalesce(awarded_cents, declared_cents) END AS cents,
        awarded_cents IS NULL AS is_declared
    FROM raw_claim_line
),

chain_ref AS (
    SELECT line_ref FROM line WHERE corrected_line_ref IS NOT NULL
    UNION
    SELECT corrected_line_ref AS line_ref FROM line WHERE corrected_line_ref IS NOT NULL
    UNION
    SELECT line_ref FROM line GROUP BY line_ref HAVING count(*) > 1
),

ranked AS (
    SELECT
        line.*,
        row_number() OVER (
            PARTITION BY line.line_ref
            ORDER BY
                line.is_declared,
                CASE WHEN NOT line.is_declared THEN delivery_supplier.delivered_on END DESC NULLS LAST,
                CASE WHEN NOT line.is_declared THEN line.delivery_id END DESC NULLS LAST,
                line.opening_date, line.care_type_code, line.financing_law_code, line.declared_cents,
                line.corrected_line_ref NULLS LAST, line.invoiced_date, line.insurer_code, line.delivery_id
        ) AS preference
    FROM line
    INNER JOIN chain_ref ON chain_ref.line_ref = line.line_ref
    LEFT JOIN delivery_supplier ON delivery_supplier.delivery_id = line.delivery_id
),

root AS (
    SELECT line_ref, corrected_line_ref, pid, opening_date, care_type_code, financing_law_code, atc_code
    FROM ranked
    WHERE preference = 1
),

climb AS (
    SELECT line_ref, line_ref AS via_ref, corrected_line_ref AS head_ref, 1 AS depth
    FROM root
    WHERE corrected_line_ref IS NOT NULL
    UNION ALL
    SELECT climb.line_ref, root.line_ref AS via_ref, root.corrected_line_ref AS head_ref, climb.depth + 1 AS depth
    FROM climb
    INNER JOIN root ON root.line_ref = climb.head_ref
    WHERE root.corrected_line_ref IS NOT NULL AND climb.depth < 50
),

deepest AS (
    SELECT line_ref, via_ref, head_ref, row_number() OVER (PARTITION BY line_ref ORDER BY depth DESC) AS preference
    FROM climb
),

chained AS (
    SELECT
        ranked.*,
        coalesce(deepest.head_ref, ranked.corrected_line_ref, ranked.line_ref) AS head_ref,
        deepest.via_ref
    FROM ranked
    LEFT JOIN deepest ON deepest.line_ref = ranked.corrected_line_ref AND deepest.preference = 1
),

headed AS (
    SELECT
        chained.line_ref,
        chained.delivery_id,
        chained.preference > 1 AS is_duplicate,
        chained.head_ref AS chain_ref,
        chained.insurer_code,
        chained.corrected_line_ref IS NOT NULL AND head.line_ref IS NULL AS is_orphan,
        CASE
            WHEN head.line_ref IS NOT NULL THEN head.pid
            WHEN via.line_ref IS NOT NULL THEN via.pid
            ELSE chained.pid
        END AS pid,
        coalesce(head.opening_date, via.opening_date, chained.opening_date) AS loss_date,
        coalesce(head.care_type_code, via.care_type_code, chained.care_type_code) AS care_type_code,
        coalesce(head.financing_law_code, via.financing_law_code, chained.financing_law_code) AS financing_law_code,
        chained.invoiced_date,
        CASE
            WHEN head.line_ref IS NOT NULL THEN head.atc_code
            WHEN via.line_ref IS NOT NULL THEN via.atc_code
            ELSE chained.atc_code
        END AS atc_code,
        chained.ddd_thousandths,
        chained.declared_cents,
        chained.cents,
        chained.is_declared
    FROM chained
    LEFT JOIN root AS head ON head.line_ref = chained.head_ref
    LEFT JOIN root AS via ON via.line_ref = chained.via_ref
    UNION ALL
    SELECT
        line.line_ref, line.delivery_id, FALSE AS is_duplicate, line.line_ref AS chain_ref, line.insurer_code,
        FALSE AS is_orphan, line.pid, line.opening_date AS loss_date, line.care_type_code,
        line.financing_law_code, line.invoiced_date, line.atc_code, line.ddd_thousandths, line.declared_cents,
        line.cents, line.is_declared
    FROM line
    LEFT JOIN chain_ref ON chain_ref.line_ref = line.line_ref
    WHERE chain_ref.line_ref IS NULL
),

dated AS (
    SELECT
        *,
        CAST(extract('year' FROM loss_date) AS INTEGER) AS year_of_loss,
        CAST(date_trunc('month', loss_date) AS DATE) AS month,
        CAST(extract('year' FROM loss_date) AS INTEGER) * 12
            + CAST(extract('month' FROM loss_date) AS INTEGER) AS month_index,
        CAST(date_trunc('month', invoiced_date) AS DATE) AS booked_month
    FROM headed
),

placed AS (
    SELECT dated.*, insured.group_code
    FROM dated
    LEFT JOIN core_insured_period AS insured
        ON insured.pid = dated.pid
        AND insured.from_index <= dated.month_index
        AND insured.until_index > dated.month_index
),

stray AS (
    SELECT DISTINCT pid, year_of_loss, month_index
    FROM placed
    WHERE group_code IS NULL AND pid IS NOT NULL
),

candidate AS (
    SELECT
        stray.pid, stray.month_index,
        CASE WHEN insured.wlz_from_index <= stray.month_index THEN 'wlz' ELSE insured.group_code END AS group_code,
        CASE
            WHEN insured.from_index > stray.month_index THEN insured.from_index
            ELSE insured.until_index - 1
        END AS insured_index
    FROM stray
    INNER JOIN core_insured_period AS insured
        ON insured.pid = stray.pid AND insured.year = stray.year_of_loss
),

nearest AS (
    SELECT
        pid, month_index, group_code,
        row_number() OVER (
            PARTITION BY pid, month_index ORDER BY abs(insured_index - month_index), insured_index
        ) AS preference
    FROM candidate
),

grouped AS (
    SELECT placed.*, coalesce(placed.group_code, nearest.group_code, 'none') AS population_code
    FROM placed
    LEFT JOIN nearest
        ON nearest.pid = placed.pid AND nearest.month_index = placed.month_index AND nearest.preference = 1
)

SELECT
    grouped.line_ref,
    grouped.delivery_id,
    grouped.chain_ref,
    grouped.pid,
    grouped.insurer_code,
    grouped.year_of_loss,
    grouped.month,
    grouped.invoiced_date,
    grouped.booked_month,
    grouped.care_type_code,
    coalesce(canonical_care_type.is_fixed, FALSE) AS is_fixed,
    grouped.atc_code,
    grouped.population_code AS group_code,
    CASE
        WHEN grouped.is_duplicate THEN 'duplicate'
        WHEN grouped.pid IS NULL THEN 'unlinked'
        WHEN grouped.is_orphan THEN 'orphan_credit'
        WHEN terms_year.year IS NULL THEN 'outside_years'
        WHEN terms_insurer.insurer_code IS NULL THEN 'outside_population'
        WHEN grouped.population_code NOT IN ('contracted', 'comparison') THEN 'outside_population'
        WHEN terms_care_type.care_type_code IS NULL OR terms_law.financing_law_code IS NULL THEN 'out_of_domain'
        ELSE 'in_domain'
    END AS bucket_code,
    grouped.is_orphan,
    grouped.is_declared,
    grouped.ddd_thousandths,
    grouped.declared_cents,
    grouped.cents
FROM grouped
LEFT JOIN canonical_care_type ON canonical_care_type.care_type_code = grouped.care_type_code
LEFT JOIN terms_year ON terms_year.year = grouped.year_of_loss
LEFT JOIN terms_care_type ON terms_care_type.care_type_code = grouped.care_type_code
LEFT JOIN terms_law ON terms_law.financing_law_code = grouped.financing_law_code
LEFT JOIN terms_insurer ON terms_insurer.insurer_code = grouped.insurer_code
