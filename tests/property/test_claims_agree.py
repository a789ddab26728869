"""A second implementation of the claims tables and the risk cells agrees with the SQL, row by row and cent by cent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from duckdb import DuckDBPyConnection
from hypothesis import example, given, settings

from pipeline.lake.sql import sql_table
from tests.claims_world import (
    DELIVERED_ON,
    MADE,
    PERSONS,
    Region,
    claim,
    months_of,
    period,
    regions,
    tables_by_sql,
)
from tests.oracles.claims_slowly import Agreed, Row, all_tables
from tests.oracles.payments_slowly import book_differences, payment_cells, payment_years

AGREED = Agreed(
    [2024, 2025],
    {"531": "contracted", "541": "comparison"},
    ["hospital_product"],
    ["Zvw"],
    "awarded",
    10**9,
    [0],
)
A = PERSONS[0]
DEC, JAN, FEB, JUL = (dt.date(2024, 12, 20), *(dt.date(2025, month, 10) for month in (1, 2, 7)))


MONTH = (
    *("pid", "month", "year", "insurer_code", "birth_year", "sex_code", "postcode3_code"),
    *("general_practice_code", "wlz_from_month", "group_code"),
)


def in_order(rows: list[Row], columns: Sequence[str]) -> list[tuple[Any, ...]]:
    return sorted((tuple(row[name] for name in columns) for row in rows), key=repr)


def slow_tables(region: Region) -> dict[str, list[Row]]:
    """Every table as the second implementation makes it."""
    made = all_tables(region.periods, region.lines, replace(region.agreed, delivered_on=DELIVERED_ON))
    parts = payment_years(region.payments, region.agreed)
    return made | {
        "core_non_claim_payment": parts,
        "mart_non_claim_cell": payment_cells(parts),
        "mart_book_difference": book_differences(made["core_claim_line"], region.books),
    }


def assert_agree(engine: DuckDBPyConnection, region: Region) -> None:
    by_sql = tables_by_sql(engine, region)
    slowly = slow_tables(region)
    months = slowly.pop("core_insured_month")
    insured = by_sql.pop("core_insured_period")
    assert in_order(months_of(insured), MONTH) == in_order(months, MONTH), "insured months"
    assert set(by_sql) == set(slowly)
    for name, made in by_sql.items():
        assert all(set(row) == set(made.columns) for row in slowly[name])
        assert in_order(made.to_dicts(), made.columns) == in_order(slowly[name], made.columns), name
        assert not made.select(sql_table(MADE[name], name).grain).is_duplicated().any(), (
            f"the grain of {name}"
        )


def household(*lines: Row) -> Region:
    """One person, insured throughout, and some lines."""
    return Region([period(A, dt.date(2024, 1, 1), 24)], list(lines), AGREED)


MOVED = [period(A, dt.date(2025, 1, 1), 1), period(A, dt.date(2025, 3, 1), 10, postcode3_code="541")]
"""Nowhere in February, and then on the other side."""


DECIDED = [("late", 70), ("insurer", 60), ("hospital", 90)]
"""The same line in three deliveries, each with another decision; of the two of the last day `late` is the later."""


def in_wlz(since: dt.date, until: int, *lines: Row) -> Region:
    """One person, insured for the first months of 2025, in the Wlz since some month; and some lines."""
    return Region([period(A, dt.date(2025, 1, 1), until, wlz_from_month=since)], list(lines), AGREED)


@given(regions(of_credits=True))
@settings(max_examples=40, deadline=None)
@example(in_wlz(dt.date(2025, 2, 1), 12, claim("before", A, JAN, 1), claim("in", A, FEB, 2)))
@example(in_wlz(dt.date(2025, 7, 1), 3, claim("in a month without insurance", A, JUL, 1)))
@example(in_wlz(dt.date(2024, 12, 1), 12, claim("after", A, JAN, 1), claim("no year", A, DEC, 1)))
@example(household(claim("1", A, JAN, 100), claim("2", None, JAN, -100, corrected_line_ref="1")))
@example(household(claim("1", None, JAN, 100), claim("2", A, JAN, -100, corrected_line_ref="1")))
@example(household(*(claim("1", A, JAN, 100, awarded_cents=cents, delivery_id=of) for of, cents in DECIDED)))
@example(Region(MOVED, [claim("1", A, FEB, 100), claim("2", A, JUL, 7)], AGREED))
def test_the_second_implementation_agrees(engine: DuckDBPyConnection, region: Region) -> None:
    assert_agree(engine, region)


def test_a_credit_of_a_credit_stands_with_the_claim_at_the_head_of_its_chain(
    engine: DuckDBPyConnection,
) -> None:
    """A claim of December 2024, credited and restored in 2025, is cost of 2024."""
    lines = [
        claim("1", A, DEC, 100),
        claim("2", A, JAN, -100, corrected_line_ref="1"),
        claim("3", A, FEB, 100, corrected_line_ref="2"),
    ]
    assert_agree(engine, household(*lines))
