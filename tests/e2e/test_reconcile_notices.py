"""A cent taken from any one table makes `ocmo reconcile` fail, and says where."""

from __future__ import annotations

import json

import polars as pl
import pytest

from pipeline.demo.roles import RoleFailedError, State, run_role
from pipeline.demo.run import BUSINESS_DATE, CONTRACT_ID, CONTRACT_YEAR
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pipeline.reporting.drafting import settle_on
from tests.e2e.state import DATE

MONEY = {
    "raw_claim_line": "declared_cents",
    "core_claim_line": "cents",
    "core_person_month": "cents",
    "core_person_year": "retained_cents",
    "mart_claim_bucket": "cents",
    "mart_casemix_cell": "retained_cents",
    "mart_casemix_rate": "rate",
    "mart_expected_cost": "retained_cents",
}
"""Every published table with money, and a column of it."""


def scopes(table: str) -> str:
    """The scope whose snapshot holds a table."""
    if table == "raw_claim_line":
        return "delivery/zilverzorg-2025-01"
    step = "claims" if table.startswith("core") or "bucket" in table else "casemix"
    return f"{step}/{CONTRACT_ID}/{CONTRACT_YEAR}"


def take_a_cent(home: OcmoHome, table: str, column: str) -> None:
    """Publish the table's snapshot anew with one cent less in one row, as a faulty step would."""
    lake = open_lake(home)
    snapshot = lake.catalogue.current(scopes(table))
    assert snapshot is not None
    frame = pl.read_parquet(lake.path(snapshot.file(table)))
    place = frame[column].arg_max()
    short = frame.with_columns(
        pl.when(pl.int_range(pl.len()) == place).then(pl.col(column) - 1).otherwise(column).alias(column)
    )
    with lake.writing():
        changed = lake.write_frame(table, short, sort_by=short.columns)
        files = [changed if file.table == table else file for file in snapshot.files]
        lake.catalogue.publish(snapshot.scope, snapshot.business_date, "a cent less", files)


def test_every_published_table_with_money_is_tried(settled: State) -> None:
    tables = {path.parent.name for path in (settled.ocmo / "lake" / "tables").rglob("*.parquet")}
    lake = open_lake(OcmoHome.open(settled.ocmo))
    holding = set()
    for table in tables:
        path = next((lake.tables / table).glob("*.parquet"))
        if any(name.endswith("cents") or name in ("cents", "rate") for name in pl.read_parquet_schema(path)):
            holding.add(table)
    assert holding == set(MONEY)


@pytest.mark.parametrize(("table", "column"), MONEY.items())
def test_a_cent_taken_from_a_table(copied_settled: State, table: str, column: str) -> None:
    home = OcmoHome.open(copied_settled.ocmo)
    take_a_cent(home, table, column)
    found = settle_on(home, CONTRACT_ID, CONTRACT_YEAR, BUSINESS_DATE).reconciliation
    assert not found.closes


def test_a_cent_taken_from_the_statement(copied_settled: State) -> None:
    folder = copied_settled.ocmo / "reports" / "statements" / BUSINESS_DATE.isoformat()
    path = folder / f"{CONTRACT_ID}-{CONTRACT_YEAR}-draft.json"
    statement = json.loads(path.read_text())
    statement["payable_cents"] -= 1
    path.write_text(json.dumps(statement))
    with pytest.raises(RoleFailedError, match=r"exit code 50: \d+ steps? do(es)? not close"):
        run_role(copied_settled, "reconcile", "--date", DATE)


def test_nothing_is_settled_that_does_not_close(copied_settled: State) -> None:
    take_a_cent(OcmoHome.open(copied_settled.ocmo), "core_person_year", "retained_cents")
    before = sorted((copied_settled.ocmo / "reports").rglob("*"))
    with pytest.raises(RoleFailedError, match="exit code 50"):
        run_role(
            copied_settled, "settlement", "run", "--contract", CONTRACT_ID, "--year", "2025", "--date", DATE
        )
    assert sorted((copied_settled.ocmo / "reports").rglob("*")) == before
