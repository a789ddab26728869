-- The insurer's own books held against the claim lines that came, by label, year of loss and kind of care.
--
-- Rule: booked is what the newest books say, accepted what all accepted deliveries of that supplier hold, both in
-- declared cents; the difference is booked less accepted. Three parts of accepted, of which a line is in the first
-- that applies, explain a difference, for the books do not hold them:
--     duplicate    came before under the same reference
--     orphan       credits a claim that never came
--     after_books  was invoiced after the day to which the books of its year and kind of care were counted
-- A credit has the year of loss and the kind of care of its claim, in the books and here. `as_of_date` is the day of
-- the row's own books; of a year and kind of care of which the books say nothing, the newest day of its label's.
--
-- table: mart_book_difference
-- grain: supplier, insurer_code, year_of_loss, care_type_code
-- sources: raw_control_total, core_claim_line, delivery_supplier
-- parameters: none
--
-- control total n : 1 supplier; claim line n : 1 supplier; booked 0..1 : 0..1 accepted.
WITH book AS (
    SELECT
        delivery_supplier.supplier, total.insurer_code, CAST(total.year_of_loss AS INTEGER) AS year_of_loss,
        total.care_type_code, total.as_of_date, total.booked_lines, total.booked_cents,
        row_number() OVER (
            PARTITION BY
                delivery_supplier.supplier, total.insurer_code, total.year_of_loss, total.care_type_code
            ORDER BY total.as_of_date DESC, total.booked_lines, total.booked_cents, total.delivery_id
        ) AS preference
    FROM raw_control_total AS total
    INNER JOIN delivery_supplier ON delivery_supplier.delivery_id = total.delivery_id
),

newest AS (
    SELECT * FROM book WHERE preference = 1
),

label AS (
    SELECT supplier, insurer_code, max(as_of_date) AS as_of_date
    FROM book
    GROUP BY supplier, insurer_code
),

line AS (
    SELECT
        delivery_supplier.supplier, core_claim_line.insurer_code, core_claim_line.year_of_loss,
        core_claim_line.care_type_code, core_claim_line.declared_cents,
        CASE
            WHEN core_claim_line.bucket_code = 'duplicate' THEN 'duplicate'
            WHEN core_claim_line.is_orphan THEN 'orphan'
            WHEN core_claim_line.invoiced_date > coalesce(newest.as_of_date, label.as_of_date) THEN 'after_books'
            ELSE 'expected'
        END AS part
    FROM core_claim_line
    INNER JOIN delivery_supplier ON delivery_supplier.delivery_id = core_claim_line.delivery_id
    LEFT JOIN newest
        ON newest.supplier = delivery_supplier.supplier
        AND newest.insurer_code = core_claim_line.insurer_code
        AND newest.year_of_loss = core_claim_line.year_of_loss
        AND newest.care_type_code = core_claim_line.care_type_code
    LEFT JOIN label
        ON label.supplier = delivery_supplier.supplier AND label.insurer_code = core_claim_line.insurer_code
),

accepted AS (
    SELECT
        supplier, insurer_code, year_of_loss, care_type_code,
        count(*) AS accepted_lines,
        sum(declared_cents) AS accepted_cents,
        sum(CASE WHEN part = 'duplicate' THEN 1 ELSE 0 END) AS duplicate_lines,
        sum(CASE WHEN part = 'duplicate' THEN declared_cents ELSE 0 END) AS duplicate_cents,
        sum(CASE WHEN part = 'orphan' THEN 1 ELSE 0 END) AS orphan_lines,
        sum(CASE WHEN part = 'orphan' THEN declared_cents ELSE 0 END) AS orphan_cents,
        sum(CASE WHEN part = 'after_books' THEN 1 ELSE 0 END) AS after_books_lines,
        sum(CASE WHEN part = 'after_books' THEN declared_cents ELSE 0 END) AS after_books_cents
    FROM line
    GROUP BY supplier, insurer_code, year_of_loss, care_type_code
),

held AS (
    SELECT
        coalesce(newest.supplier, accepted.supplier) AS supplier,
        coalesce(newest.insurer_code, accepted.insurer_code) AS insurer_code,
        coalesce(newest.year_of_loss, accepted.year_of_loss) AS year_of_loss,
        coalesce(newest.care_type_code, accepted.care_type_code) AS care_type_code,
        newest.as_of_date,
        coalesce(newest.booked_lines, 0) AS booked_lines,
        coalesce(newest.booked_cents, 0) AS booked_cents,
        CAST(coalesce(accepted.accepted_lines, 0) AS BIGINT) AS accepted_lines,
        CAST(coalesce(accepted.accepted_cents, 0) AS BIGINT) AS accepted_cents,
        CAST(coalesce(accepted.duplicate_lines, 0) AS BIGINT) AS duplicate_lines,
        CAST(coalesce(accepted.duplicate_cents, 0) AS BIGINT) AS duplicate_cents,
        CAST(coalesce(accepted.orphan_lines, 0) AS BIGINT) AS orphan_lines,
        CAST(coalesce(accepted.orphan_cents, 0) AS BIGINT) AS orphan_cents,
        CAST(coalesce(accepted.after_books_lines, 0) AS BIGINT) AS after_books_lines,
        CAST(coalesce(accepted.after_books_cents, 0) AS BIGINT) AS after_books_cents
    FROM newest
    FULL OUTER JOIN accepted
        ON accepted.supplier = newest.supplier
        AND accepted.insurer_code = newest.insurer_code
        AND accepted.year_of_loss = newest.year_of_loss
        AND accepted.care_type_code = newest.care_type_code
)

SELECT
    held.supplier, held.insurer_code, held.year_of_loss, held.care_type_code,
    coalesce(held.as_of_date, label.as_of_date) AS as_of_date,
    held.booked_lines, held.booked_cents, held.accepted_lines, held.accepted_cents,
    held.duplicate_lines, held.duplicate_cents, held.orphan_lines, held.orphan_cents,
    held.after_books_lines, held.after_books_cents,
    held.booked_lines - held.accepted_lines AS difference_lines,
    held.booked_cents - held.accepted_cents AS difference_cents
FROM held
LEFT JOIN label ON label.supplier = held.supplier AND label.insurer_code = held.insurer_code
