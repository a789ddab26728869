"""From raw claim lines through chains and buckets to cost per person and month and by kind, in rows and cents."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from pipeline.canonical import care_types
from pipeline.contract import Terms
from pipeline.reporting.reconciliation.steps import Count, Step, by_scope, counted_once, pairs, tie

BUCKET = "bucket_code || ' ' || year_of_loss"
CELL = f"{BUCKET} || ' ' || group_code || ' ' || care_type_code"

ORPHANS = """
SELECT delivery_id, count(*)
FROM (SELECT delivery_id, chain_ref FROM core_claim_line WHERE chain_ref <> line_ref)
ANTI JOIN (SELECT line_ref FROM raw_claim_line) AS delivered ON delivered.line_ref = chain_ref
GROUP BY delivery_id
"""
"""By delivery: the lines at the head of whose chain there is no line."""


def claims(connection: duckdb.DuckDBPyConnection, terms: Terms) -> Iterator[Step]:
    """In the lake = in claim chains = in buckets; linked = in person months; in claim chains = by kind of care.

    Cents are those that the contract values care at. `valued as declared` counts the lines without an
    awarded amount.
    """
    yield from _chains(connection, terms)
    yield from _kinds(connection)
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


def _chains(connection: duckdb.DuckDBPyConnection, terms: Terms) -> Iterator[Step]:
    """From the lake to chains, by delivery, and on to buckets."""
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
        ("declared cents", "sum(declared_cents)", "sum(declared_cents)", ""),
        ("thousandths of a daily dose", "sum(ddd_thousandths)", "sum(ddd_thousandths)", ""),
    ):
        yield from tie(
            connection,
            "in the lake = in claim chains",
            quantity,
            Count("raw_claim_line", raw, "delivery_id"),
            Count("core_claim_line", line, "delivery_id"),
        )
        if bucket:
            yield from tie(
                connection,
                "in claim chains = in buckets",
                quantity,
                Count("core_claim_line", line, BUCKET),
                Count("mart_claim_bucket", bucket, BUCKET),
            )
    yield from tie(
        connection,
        "in the lake = in claim chains",
        "rows by month of invoice",
        Count("raw_claim_line", "count(*)", "strftime(invoiced_date, '%Y-%m')"),
        Count("core_claim_line", "count(*)", "strftime(booked_month, '%Y-%m')"),
    )
    yield from counted_once(
        connection,
        "claim lines",
        ("raw_claim_line", "line_ref"),
        "core_claim_line",
        "bucket_code <> 'duplicate'",
    )
    orphans = Count("core_claim_line", "count(*)", "delivery_id", "is_orphan").by_scope(connection)
    yield from pairs("credits without a claim = orphans", "rows", by_scope(connection, ORPHANS), orphans)


def _kinds(connection: duckdb.DuckDBPyConnection) -> Iterator[Step]:
    """From chains to cost by kind of care; persons are counted once more from the person months."""
    fixed = ", ".join(f"'{kind.code}'" for kind in care_types().values() if kind.is_fixed)
    yield from tie(
        connection,
        "of a fixed kind = fixed",
        "rows",
        Count("core_claim_line", "count(*)", "care_type_code", f"care_type_code IN ({fixed})"),
        Count("core_claim_line", "count(*)", "care_type_code", "is_fixed"),
    )
    for quantity, table, counted, kind in (
        ("rows", "core_claim_line", "count(*)", "sum(claim_lines)"),
        ("cents", "core_claim_line", "sum(cents)", "sum(cents)"),
        ("thousandths of a daily dose", "core_claim_line", "sum(ddd_thousandths)", "sum(ddd_thousandths)"),
        ("fixed rows", "core_claim_line", "count(*) FILTER (is_fixed)", "sum(claim_lines) FILTER (is_fixed)"),
        ("persons", "core_person_month", "count(DISTINCT pid)", "sum(persons)"),
    ):
        yield from tie(
            connection,
            "in claim chains = by kind of care",
            quantity,
            Count(table, counted, CELL),
            Count("mart_cost_by_kind", kind, CELL),
        )
