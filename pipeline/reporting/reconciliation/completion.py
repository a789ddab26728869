"""From claim lines to the cells of run-out, and from the cells to cost completed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import duckdb

from pipeline.claims import terms_tables
from pipeline.completion.parameters import run_out_parameters
from pipeline.contract import Terms
from pipeline.reporting.reconciliation.ladder import agreeing, run_out_again
from pipeline.reporting.reconciliation.steps import Count, Step, same, tie, values_by_key

POPULATION = "bucket_code IN ('in_domain', 'out_of_domain')"
PLACE = "bucket_code || ' ' || group_code || ' ' || care_type_code"
SIDE_OF_MONTH = "group_code || ' ' || year(service_month)"
SIDE = "group_code || ' ' || year"
KEYS = {
    "mart_run_out_pattern": ("care_type_code", "development"),
    "mart_completed_cost": ("group_code", "care_type_code", "bucket_code", "service_month"),
}


def completion(
    connection: duckdb.DuckDBPyConnection, terms: Terms, year: int, delivered_on: dt.date
) -> Iterator[Step]:
    """In the population = in run-out cells = cost so far = cost and truncated; computed again = completed.

    `delivered_on` is the day of the newest claims (`claims_delivered_on`).
    """
    months = "greatest(date_diff('month', month, booked_month), 0)"
    for quantity, line, cell in (
        ("rows", "count(*)", "sum(claim_lines)"),
        ("cents", "sum(cents)", "sum(cents)"),
        ("months of development", f"sum({months})", "sum(development_months * claim_lines)"),
    ):
        for by_line, by_cell in (("month", "service_month"), ("booked_month", "invoiced_month")):
            yield from tie(
                connection,
                "in the population = in run-out cells",
                f"{quantity} by {by_cell.replace('_', ' ')}",
                Count("core_claim_line", line, f"{PLACE} || ' ' || {by_line}", POPULATION),
                Count("mart_run_out_cell", cell, f"{PLACE} || ' ' || {by_cell}"),
            )
    years = terms_tables.years(terms, year)
    yield from tie(
        connection,
        "in run-out cells = cost so far",
        "cents",
        Count("mart_run_out_cell", "sum(cents)", f"{PLACE} || ' ' || year(service_month)", _within(years)),
        Count("mart_completed_cost", "sum(cents_so_far)", f"{PLACE} || ' ' || year(service_month)"),
    )
    yield from tie(
        connection,
        "kinds of care so far = cost and truncated",
        "cents",
        Count("mart_completed_cost", "sum(cents_so_far)", SIDE_OF_MONTH, "bucket_code = 'in_domain'"),
        Count("mart_casemix_cell", "sum(retained_cents + truncated_cents)", SIDE),
    )
    computed = run_out_again(connection, years, delivered_on, run_out_parameters())
    for table, key in KEYS.items():
        published = values_by_key(connection.table(table).pl(), key)
        again = computed[table]
        scope = table.removeprefix("mart_")
        yield same("computed again = completed", scope, "values", again, agreeing(again, published))


def _within(years: Sequence[int]) -> str:
    return f"year(service_month) IN ({', '.join(map(str, years))})"
