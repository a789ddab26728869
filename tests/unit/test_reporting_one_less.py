"""One less in any number of a claims or run-out table, and some step of the reconciliation does not close."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import duckdb
import polars as pl
import pytest

from pipeline.claims import terms_tables
from pipeline.completion.build import completion_tables
from pipeline.contract import load
from pipeline.home import CHECKOUT
from pipeline.reporting.reconciliation.books import books
from pipeline.reporting.reconciliation.claims import claims
from pipeline.reporting.reconciliation.completion import completion
from pipeline.reporting.reconciliation.payments import payments
from pipeline.reporting.reconciliation.persons import persons
from pipeline.reporting.reconciliation.steps import Step
from tests.claims_world import PERSONS, Region, claim, period, tables_by_sql
from tests.oracles.claims_slowly import Agreed

A, B, C = PERSONS
TERMS = load(CHECKOUT / "contracts" / "maasoever.yaml").for_year(2025)
YEAR, DAY = 2025, dt.date(2026, 1, 31)
AGREED = Agreed(
    years=terms_tables.years(TERMS, YEAR),
    area={"531": "contracted", "541": "comparison"},
    care_types=["hospital_product", "gp_registration"],
    laws=["Zvw"],
    valuation=TERMS.valuation_basis.value,
    truncation_cents=10_000,
    age_bounds=[0],
    insurers=["9991", "9992"],
    providers={"06990001": "contracted", "06990003": "comparison"},
    payment_kinds=["availability"],
)


def on(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def lines() -> list[dict[str, Any]]:
    """Care of three persons: with credits, an orphan, a duplicate, a fixed kind, a drug, an unlinked line."""
    drug = {"care_type_code": "pharmacy", "atc_code": "A10BA02", "ddd_thousandths": 90_000}
    return [
        *(
            claim(
                f"{month}", A, dt.date(2025, month, 5), 4_000 + month, invoiced_date=dt.date(2025, month, 25)
            )
            for month in range(1, 13)
        ),
        claim("late", B, on("2025-02-10"), 900, invoiced_date=on("2025-04-10"), awarded_cents=700),
        claim("credit", B, on("2025-02-10"), -900, corrected_line_ref="late", invoiced_date=on("2025-06-10")),
        claim("orphan", A, on("2025-05-10"), -70, corrected_line_ref="never came"),
        claim("1", A, on("2025-01-05"), 4_001, delivery_id="hospital", invoiced_date=on("2025-12-25")),
        claim("fixed", A, on("2025-01-01"), 2_000, care_type_code="gp_registration"),
        claim("drug", B, on("2025-03-01"), 1_500, **drug),
        claim("later", A, on("2025-12-20"), 5, invoiced_date=on("2026-01-15")),
        claim("nobody", None, on("2025-03-01"), 33),
        claim("in the Wlz", C, on("2025-09-01"), 44),
    ]


def payment(ref: str, cents: int, delivery: str = "insurer") -> dict[str, Any]:
    return {
        "payment_ref": ref,
        "delivery_id": delivery,
        "insurer_code": "9991",
        "provider_code": "06990001",
        "kind_code": "availability",
        "care_type_code": "hospital_product",
        "from_month": on("2024-11-01"),
        "paid_months": 3,
        "paid_persons": None,
        "paid_date": on("2025-01-05"),
        "paid_cents": cents,
    }


def booked(day: str, booked_lines: int, cents: int, **values: Any) -> dict[str, Any]:
    return {
        "delivery_id": "insurer",
        "insurer_code": "9991",
        "year_of_loss": 2025,
        "care_type_code": "hospital_product",
        "as_of_date": on(day),
        "booked_lines": booked_lines,
        "booked_cents": cents,
        **values,
    }


REGION = Region(
    [
        period(A, on("2025-01-01"), 12),
        period(B, on("2025-01-01"), 12, postcode3_code="541"),
        period(C, on("2025-01-01"), 12, wlz_from_month=on("2025-08-01")),
    ],
    lines(),
    AGREED,
    [payment("a", 1_000), payment("b", -55), payment("a", 1_000, "hospital")],
    [booked("2025-12-31", 14, 60_000), booked("2025-06-30", 9, 5, delivery_id="hospital")],
)
CHECKS: dict[str, Callable[[duckdb.DuckDBPyConnection], Iterator[Step]]] = {
    "claims": lambda connection: claims(connection, TERMS),
    "persons": persons,
    "payments": payments,
    "books": books,
    "completion": lambda connection: completion(connection, TERMS, YEAR, DAY),
}
NOTICED_BY = {
    "core_insured_period": "persons",
    "core_claim_line": "claims",
    "core_person_month": "claims",
    "core_person_year": "persons",
    "mart_claim_bucket": "claims",
    "mart_cost_by_kind": "claims",
    "core_non_claim_payment": "payments",
    "mart_non_claim_cell": "payments",
    "mart_book_difference": "books",
    "mart_run_out_cell": "completion",
    "mart_run_out_pattern": "completion",
    "mart_completed_cost": "completion",
}


def tables_of(connection: duckdb.DuckDBPyConnection, region: Region) -> dict[str, pl.DataFrame]:
    """The region's tables, made in the connection, which also sees the raw tables and the terms."""
    made = tables_by_sql(connection, region)
    run_out = completion_tables(made["mart_run_out_cell"], list(AGREED.years), DAY)
    for name, frame in run_out.items():
        put(connection, name, frame)
    return made | run_out


def put(connection: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> None:
    connection.register("frame", frame.to_arrow())
    connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM frame")


def open_steps(connection: duckdb.DuckDBPyConnection, *names: str) -> Iterator[Step]:
    connection.execute("DROP VIEW IF EXISTS delivered_period")
    return (step for name in names for step in CHECKS[name](connection) if not step.closes)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        yield connection


@pytest.fixture(scope="module")
def made(connection: duckdb.DuckDBPyConnection) -> dict[str, pl.DataFrame]:
    return tables_of(connection, REGION)


def numbers(frame: pl.DataFrame) -> list[str]:
    return [name for name, kind in frame.schema.items() if kind.is_numeric() or kind == pl.Boolean]


def lessened(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """One less in the largest value, no for yes; where no row has a value, a 0 in the first."""
    values = frame[column]
    less = ~pl.col(column) if values.dtype == pl.Boolean else pl.col(column).fill_null(1) - 1
    changed = pl.when(pl.int_range(pl.len()) == (values.arg_max() or 0)).then(less).otherwise(column)
    return frame.with_columns(changed.cast(values.dtype))


def test_the_region_closes_and_has_a_row_in_every_table(
    connection: duckdb.DuckDBPyConnection, made: dict[str, pl.DataFrame]
) -> None:
    assert list(open_steps(connection, *CHECKS)) == []
    assert set(NOTICED_BY) == set(made) - {"mart_casemix_cell"}
    assert [name for name in NOTICED_BY if made[name].is_empty()] == []


@pytest.mark.parametrize("table", NOTICED_BY)
def test_one_less_in_any_column_is_noticed(
    connection: duckdb.DuckDBPyConnection, made: dict[str, pl.DataFrame], table: str
) -> None:
    unnoticed = []
    for column in numbers(made[table]):
        put(connection, table, lessened(made[table], column))
        if next(open_steps(connection, NOTICED_BY[table]), None) is None:
            unnoticed.append(column)
    put(connection, table, made[table])
    assert unnoticed == []


def test_a_cell_that_is_lost_is_noticed_where_it_is_lost(
    connection: duckdb.DuckDBPyConnection, made: dict[str, pl.DataFrame]
) -> None:
    put(connection, "mart_run_out_cell", made["mart_run_out_cell"][1:])
    first = next(open_steps(connection, "completion"))
    put(connection, "mart_run_out_cell", made["mart_run_out_cell"])
    assert first.step == "in the population = in run-out cells"


def test_without_payments_and_books_all_closes() -> None:
    with duckdb.connect(config={"threads": 1}) as connection:
        tables_of(connection, replace(REGION, payments=[], books=[]))
        assert list(open_steps(connection, *CHECKS)) == []
