"""Reconciliation by itself: what closes, what does not, and tables that nobody delivered."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipeline.canonical import canonical_table
from pipeline.claims import terms_tables
from pipeline.claims.build import TABLES, terms_frames
from pipeline.contract import load
from pipeline.deliveries import raw_inputs
from pipeline.home import CHECKOUT
from pipeline.lake import Step as LakeStep
from pipeline.lake import open_lake, sql_table
from pipeline.linkage import link_rate
from pipeline.reporting.reconciliation.books import books
from pipeline.reporting.reconciliation.claims import claims
from pipeline.reporting.reconciliation.delivered import delivered
from pipeline.reporting.reconciliation.payments import payments
from pipeline.reporting.reconciliation.persons import persons
from pipeline.reporting.reconciliation.steps import Step, pairs, same
from tests.claims_world import PERSONS, period
from tests.unit.lake_world import DAY, home_in, publish_delivery

TERMS = load(CHECKOUT / "contracts" / "maasoever.yaml").for_year(2025)
AREA = TERMS.population_contracted_area.value[0]
INSURER = TERMS.parties_insurer_codes.value[0]


def test_a_step_closes_within_its_tolerance_only() -> None:
    assert Step("a = b", "", "cents", 100, 100).closes
    assert not Step("a = b", "", "cents", 100, 99).closes
    assert Step("a = b", "", "cents", 1e12, 1e12 + 0.005, 0.01).closes
    assert not Step("a = b", "", "cents", 1e12, 1e12 - 1, 0.01).closes


def test_a_scope_that_only_one_side_has_does_not_close() -> None:
    steps = list(pairs("a = b", "rows", {"x": 1, "y": 2}, {"y": 2, "z": 3}))
    assert [(step.scope, step.closes) for step in steps] == [("x", False), ("y", True), ("z", False)]


def test_places_that_differ_are_counted_and_the_first_is_named() -> None:
    assert same("a = b", "here", "values", {"x": math.nan, "y": 1}, {"x": math.nan, "y": 1}).closes
    found = same("a = b", "here", "values", {"x": 1, "y": 1}, {"y": 2, "z": 3})
    assert (found.before, found.after, found.scope) == (3, 0, "here; first: x")


def claims_tables(insured: list[dict[str, object]]) -> duckdb.DuckDBPyConnection:
    """The claims tables of some insured periods and no claim at all."""
    connection = duckdb.connect()
    frames = {
        **terms_frames(TERMS, 2025),
        "raw_insured": pl.DataFrame(insured, schema=canonical_table("insured").raw_schema),
        **{
            f"raw_{name}": pl.DataFrame(schema=canonical_table(name).raw_schema)
            for name in ("claim_line", "non_claim_payment", "control_total")
        },
        "delivery_supplier": terms_tables.delivery_supplier([]),
    }
    for name, frame in frames.items():
        connection.register(name, frame.to_arrow())
    parameters = {"valuation": "declared", "truncation_cents": 10**6}
    for name in TABLES:
        table = sql_table("claims", name)
        bound = {key: parameters[key] for key in table.parameters}
        connection.execute(f"CREATE TABLE {name} AS {table.text}", bound or None)
    return connection


def insured(person: bytes | None, start: str, months: int, **values: object) -> dict[str, object]:
    """A period of one of the contract's insured, in its area."""
    own = {"insurer_code": INSURER, "postcode3_code": AREA, **values}
    return period(person, dt.date.fromisoformat(start), months, **own)


def test_months_in_several_periods_are_taken_off_once_too_often_counted() -> None:
    """Three periods share the summer of 2025: 24 + 6 + 3 months delivered, 24 counted; another label none."""
    rows = [
        insured(PERSONS[0], "2024-01-01", 24),
        insured(PERSONS[0], "2025-04-01", 6),
        insured(PERSONS[0], "2025-06-01", 3, postcode3_code="999"),
        insured(PERSONS[1], "2023-11-01", 4),
        insured(PERSONS[1], "2025-01-01", 12, insurer_code="0000"),
        insured(None, "2025-01-01", 12),
    ]
    steps = list(persons(claims_tables(rows)))
    assert all(step.closes for step in steps)
    months = {step.scope: step.before for step in steps if step.step.startswith("in the register")}
    assert months == {"2023": 2, "2024": 12 + 2, "2025": 12}


@pytest.mark.parametrize(
    ("change", "step"),
    [
        ("UPDATE core_insured_period SET until_index = until_index - 1", "in the register"),
        ("UPDATE core_insured_period SET birth_year = 1970", "insured stretches"),
        ("UPDATE core_insured_period SET postcode3_code = '999'", "insured stretches"),
        ("UPDATE core_insured_period SET wlz_from_index = 24290", "insured stretches"),
        ("UPDATE core_insured_period SET group_code = 'wlz'", "months from entry"),
        ("DELETE FROM core_person_year", "insured months"),
        ("UPDATE core_person_year SET age_years = age_years + 1", "person years"),
        ("UPDATE core_person_year SET sex_code = 'M'", "person years"),
    ],
)
def test_a_changed_person_shows(change: str, step: str) -> None:
    connection = claims_tables([insured(PERSONS[0], "2025-01-01", 12)])
    connection.execute(change)
    open_steps = [found.step for found in persons(connection) if not found.closes]
    assert open_steps[0].startswith(step)


def test_without_claims_there_is_nothing_that_fails_to_close() -> None:
    connection = claims_tables([insured(PERSONS[0], "2025-01-01", 12)])
    steps = [*claims(connection, TERMS), *persons(connection), *payments(connection), *books(connection)]
    assert all(step.closes for step in steps)


def test_tables_nobody_delivered_are_empty_and_a_table_without_account_does_not_close(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    publish_delivery(home, "insurer")
    lake = open_lake(home)
    raw = raw_inputs(lake, "maasoever", DAY)
    connection = duckdb.connect()
    raw.see(LakeStep(lake, connection, label=""), "raw_clinical_event", "raw_patient_report")
    assert connection.table("raw_clinical_event").fetchall() == []
    found = {
        (step.step, step.quantity): step.after for step in delivered(connection, lake, raw) if not step.closes
    }
    assert found == {("accepted = in the lake + removed", "rows"): 2}


def test_no_operations_no_link_rate(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    publish_delivery(home, "insurer")
    assert link_rate(home, "maasoever", DAY) is None
