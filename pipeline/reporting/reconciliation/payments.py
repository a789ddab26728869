"""From payments without a claim, as delivered, through years and buckets to their cells, in payments and cents."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from pipeline.reporting.reconciliation.steps import Count, Step, by_scope, counted_once, pairs, tie

MONTHS = "greatest(paid_months, 1)"
CELL = "bucket_code || ' ' || year || ' ' || group_code || ' ' || kind_code || ' ' || care_type_code"

BY_MONTH = f"""
WITH payment AS (
    SELECT from_month, {MONTHS} AS months, sign(paid_cents) AS sign, abs(paid_cents) AS cents
    FROM raw_non_claim_payment
),
month AS (
    SELECT
        unnest(range(months)) AS place, from_month + to_months(CAST(place AS INTEGER)) AS month,
        sign * (cents // months + CASE WHEN place < cents % months THEN 1 ELSE 0 END) AS part
    FROM payment
)
SELECT year(month), sum(part) FROM month GROUP BY ALL
"""
"""By year: cents of all payments, paid out month by month, the cents left over to the first months."""


def payments(connection: duckdb.DuckDBPyConnection) -> Iterator[Step]:
    """In the lake = divided over years = in cells; divided by the month = divided by the year."""
    for quantity, raw, part, cell in (
        ("payments", "count(*)", "count(DISTINCT payment_ref)", ""),
        ("months", f"sum({MONTHS})", "sum(paid_months)", "sum(paid_months)"),
        ("cents", "sum(paid_cents)", "sum(cents)", "sum(cents)"),
        ("parts", "", "count(*)", "sum(payments)"),
    ):
        if raw:
            yield from tie(
                connection,
                "payments in the lake = divided over years",
                quantity,
                Count("raw_non_claim_payment", raw, "delivery_id"),
                Count("core_non_claim_payment", part, "delivery_id"),
            )
        if cell:
            yield from tie(
                connection,
                "payments divided over years = in cells",
                quantity,
                Count("core_non_claim_payment", part, CELL),
                Count("mart_non_claim_cell", cell, CELL),
            )
    by_year = Count("core_non_claim_payment", "sum(cents)", "year").by_scope(connection)
    yield from pairs(
        "payments by the month = divided over years", "cents", by_scope(connection, BY_MONTH), by_year
    )
    yield from counted_once(
        connection,
        "payments",
        ("raw_non_claim_payment", "payment_ref"),
        "core_non_claim_payment",
        "bucket_code <> 'duplicate'",
        made_reference="DISTINCT payment_ref",
    )
