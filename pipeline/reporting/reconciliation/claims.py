"""From raw claim lines through chains and buckets to cost per person and month, in rows and cents."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from pipeline.contract import Terms
from pipeline.reporting.reconciliation.steps import Count, Step, tie

BUCKET = "bucket_code || ' ' || year_of_loss"


def claims(connection: duckdb.DuckDBPyConnection, terms: Terms) -> Iterator[Step]:
    """In the lake = in claim chains = in buckets; linked = in person months.

    Cents are those that the contract values care at. `valued as declared` counts the lines without an
    awarded amount.
    """
    basis = terms.valuation_basis.value
    valued = "declared_cents" if basis == "declared" else "coalesce(awarded_cents, declared_cents)"
    for quantity, raw, line, bucket in (
        ("rows", "count(*)", "count(*)", "sum(claim_lines)"),
        ("cents", f"sum({valued})", "sum(cents)", "sum(cents)"),
        (
            "rows valued as declared",
            "count(*) FILTER (awarded_cents IS NULL)",
            "count(*) FILTER (is_declared)",
            "sum(declared_lines)",
        ),
    ):
        yield from tie(
            connection,
            "in the lake = in claim chains",
            quantity,
            Count("raw_claim_line", raw, "delivery_id"),
            Count("core_claim_line", line, "delivery_id"),
        )
        yield from tie(
            connection,
            "in claim chains = in buckets",
            quantity,
            Count("core_claim_line", line, BUCKET),
            Count("mart_claim_bucket", bucket, BUCKET),
        )
    for quantity, line, month in (
        ("rows", "count(*)", "sum(claim_lines)"),
        ("cents", "sum(cents)", "sum(cents)"),
    ):
        yield from tie(
            connection,
            "linked = in person months",
            quantity,
            Count("core_claim_line", line, BUCKET, "pid IS NOT NULL"),
            Count("core_person_month", month, BUCKET),
        )
