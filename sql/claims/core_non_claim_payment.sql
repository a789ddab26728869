-- Every payment that is no claim, cut at the turn of the year, and the one bucket its cents fall in.
--
-- Rule: a payment over several months is divided over them in equal parts of whole cents; cents that are left
-- over go to the first months, one each (largest remainder), so that the months add up to the payment. A row is
-- a payment's months within one calendar year. No month at all counts as one. The side is that of the provider
-- who is paid: 'contracted', 'comparison', or 'other'. The buckets, the first that applies:
--     duplicate          another row with the same reference counts: the earliest, then by the rows' own values
--     outside_years      months outside the contract's years
--     outside_payer      paid by a label that is not of the contract
--     outside_providers  paid to a provider who is neither a member nor in the comparison
--     out_of_domain      a kind of payment, or a kind of care, that the contract leaves out
--     in_domain          agreed to count
--
-- table: core_non_claim_payment
-- grain: payment_ref, delivery_id, year
-- sources: raw_non_claim_payment, terms_year, terms_insurer, terms_provider, terms_non_claim_kind, terms_care_type
-- parameters: none
--
-- payment 1 : n years; payment n : 0..1 provider in the contract; n : 1 each other terms table.
WITH RECURSIVE payment AS (
    SELECT
        payment_ref, delivery_id, insurer_code, provider_code, kind_code, care_type_code, paid_cents,
        CAST(extract('year' FROM from_month) AS INTEGER) * 12
            + CAST(extract('month' FROM from_month) AS INTEGER) AS from_index,
        greatest(CAST(paid_months AS INTEGER), 1) AS months,
        row_number() OVER (
            PARTITION BY payment_ref
            ORDER BY
                from_month, paid_date, insurer_code, provider_code, kind_code, care_type_code, paid_months,
                paid_cents, delivery_id
        ) AS preference
    FROM raw_non_claim_payment
),

divided AS (
    SELECT
        payment.*,
        abs(paid_cents) // months AS month_cents,
        abs(paid_cents) % months AS months_with_one_more
    FROM payment
),

touched_year AS (
    SELECT payment_ref, preference, from_index + months AS until_index, (from_index - 1) // 12 AS year
    FROM payment
    UNION ALL
    SELECT payment_ref, preference, until_index, year + 1 AS year
    FROM touched_year
    WHERE 12 * year + 13 < until_index
),

cut AS (
    SELECT
        divided.*, touched_year.year,
        greatest(12 * touched_year.year + 1 - divided.from_index, 0) AS from_offset,
        least(12 * touched_year.year + 13 - divided.from_index, divided.months) AS until_offset
    FROM divided
    INNER JOIN touched_year
        ON touched_year.payment_ref = divided.payment_ref AND touched_year.preference = divided.preference
),

counted AS (
    SELECT
        cut.*,
        (until_offset - from_offset) * month_cents
            + least(until_offset, months_with_one_more) - least(from_offset, months_with_one_more) AS part_cents
    FROM cut
)

SELECT
    counted.payment_ref,
    counted.delivery_id,
    counted.year,
    counted.insurer_code,
    counted.provider_code,
    coalesce(terms_provider.group_code, 'other') AS group_code,
    counted.care_type_code,
    counted.kind_code,
    CASE
        WHEN counted.preference > 1 THEN 'duplicate'
        WHEN terms_year.year IS NULL THEN 'outside_years'
        WHEN terms_insurer.insurer_code IS NULL THEN 'outside_payer'
        WHEN terms_provider.provider_code IS NULL THEN 'outside_providers'
        WHEN terms_non_claim_kind.kind_code IS NULL OR terms_care_type.care_type_code IS NULL THEN 'out_of_domain'
        ELSE 'in_domain'
    END AS bucket_code,
    CAST(counted.until_offset - counted.from_offset AS BIGINT) AS paid_months,
    CAST(CASE WHEN counted.paid_cents < 0 THEN -counted.part_cents ELSE counted.part_cents END AS BIGINT) AS cents
FROM counted
LEFT JOIN terms_year ON terms_year.year = counted.year
LEFT JOIN terms_insurer ON terms_insurer.insurer_code = counted.insurer_code
LEFT JOIN terms_provider ON terms_provider.provider_code = counted.provider_code
LEFT JOIN terms_non_claim_kind ON terms_non_claim_kind.kind_code = counted.kind_code
LEFT JOIN terms_care_type ON terms_care_type.care_type_code = counted.care_type_code
