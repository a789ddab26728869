-- When the cost of a month was invoiced: cents by service month and month of invoice.
--
-- Rule: the service month of a line is the opening month of the claim at the head of its chain; development
-- counts the months from there to the line's own invoice. A line that was invoiced in advance has development 0.
-- In the domain or not, every line of the population is here, at the contract's valuation and not truncated:
-- how long invoices take does not depend on what a contract leaves out.
--
-- table: mart_run_out_cell
-- grain: group_code, care_type_code, bucket_code, service_month, invoiced_month
-- sources: core_claim_line
-- parameters: none
SELECT
    group_code, care_type_code, bucket_code,
    month AS service_month,
    booked_month AS invoiced_month,
    greatest(
        CAST(extract('year' FROM booked_month) AS INTEGER) * 12
        + CAST(extract('month' FROM booked_month) AS INTEGER)
        - CAST(extract('year' FROM month) AS INTEGER) * 12
        - CAST(extract('month' FROM month) AS INTEGER),
        0
    ) AS development_months,
    count(*) AS claim_lines,
    CAST(sum(cents) AS BIGINT) AS cents
FROM core_claim_line
WHERE bucket_code IN ('in_domain', 'out_of_domain')
GROUP BY group_code, care_type_code, bucket_code, month, booked_month
