"""Awarded beats declared when both are there: at the supplier's door, in the lake, and up to the cost that counts.

A claim is written as (declared, awarded), in cents; awarded is None where no decision of the insurer came.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from pipeline.canonical import canonical_table
from pipeline.deliveries import raw_inputs
from pipeline.intake.granted import granted_less_delivered
from pipeline.lake import open_lake
from pipeline.linkage.signed_accounts import GRANTED
from pipeline.reporting.reconciliation.delivered import delivered
from tests.claims_world import PERSONS, Region, claim, period, tables_by_sql
from tests.oracles.claims_slowly import Agreed
from tests.unit.lake_world import DAY, home_in, publish_delivery

Amounts = list[tuple[int, int | None]]

CASES: list[tuple[Amounts, int]] = [
    ([(1_000, None)], 0),
    ([(1_000, 1_000)], 0),
    ([(1_000, 800)], -200),
    ([(1_000, 0)], -1_000),  # refused: it costs nothing
    ([(1_000, 1_200)], 200),
    ([(1_000, 800), (-1_000, -800)], 0),  # a credit takes back what was awarded
    ([(1_000, 800), (-1_000, None)], -200),  # of a credit without a decision its declared amount counts
    ([(1_000, None), (500, 450), (700, None)], -50),
    ([], 0),
]
"""What was declared and awarded, and what the awarded amounts change."""


def lines(amounts: Amounts) -> list[dict[str, Any]]:
    opened = dt.date(2025, 3, 1)
    return [
        claim(f"r{number}", PERSONS[0], opened, declared, awarded_cents=awarded)
        for number, (declared, awarded) in enumerate(amounts)
    ]


def frame(amounts: Amounts) -> pl.DataFrame:
    return pl.DataFrame(lines(amounts), schema=canonical_table("claim_line").raw_schema)


@pytest.mark.parametrize(("amounts", "change"), CASES)
def test_the_supplier_tells_what_awarded_amounts_change(amounts: Amounts, change: int) -> None:
    assert granted_less_delivered(frame(amounts).lazy(), canonical_table("claim_line")) == change


def test_nothing_is_granted_in_a_table_of_payments_or_without_money() -> None:
    for name in ("non_claim_payment", "provider"):
        table = canonical_table(name)
        assert granted_less_delivered(pl.LazyFrame(schema=table.polars_schema), table) == 0


def rungs(folder: Path, amounts: Amounts, **told: int) -> dict[tuple[str, str], bool]:
    """The steps from the supplier's account to the lake: whether each closes."""
    declared = sum(cents for cents, _ in amounts)
    account = {"rows_delivered": len(amounts), "rows_accepted": len(amounts), "rows_rejected": 0}
    account |= {"cents_delivered": declared, "cents_accepted": declared, "cents_rejected": 0} | told
    home = home_in(folder)
    table = frame(amounts).drop("delivery_id")
    publish_delivery(home, "insurer", {"claim_line": table}, accounts={"claim_line": account})
    lake = open_lake(home)
    steps = delivered(duckdb.connect(), lake, raw_inputs(lake, "maasoever", DAY))
    return {(step.step, step.quantity): step.closes for step in steps}


AWARDED = ("accepted, awarded instead of declared = in the lake + removed", "cents")


@pytest.mark.parametrize(("amounts", "change"), [case for case in CASES if case[0]])
def test_the_account_with_that_change_is_what_counts_in_the_lake(
    tmp_path: Path, amounts: Amounts, change: int
) -> None:
    closes = rungs(tmp_path, amounts, **{GRANTED: change})
    assert AWARDED in closes
    assert all(closes.values())


@pytest.mark.parametrize("wrong", [-201, -199, 0])
def test_another_change_does_not_close(tmp_path: Path, wrong: int) -> None:
    closes = rungs(tmp_path, [(1_000, 800)], **{GRANTED: wrong})
    assert [step for step, closed in closes.items() if not closed] == [AWARDED]


def test_a_supplier_that_does_not_tell_it_has_no_such_rung(tmp_path: Path) -> None:
    closes = rungs(tmp_path, [(1_000, 800)])
    assert AWARDED not in closes
    assert all(closes.values())


@pytest.mark.parametrize(("merged", "closes"), [(500, True), (499, False)])
def test_lines_merged_into_others_are_part_of_what_was_delivered(
    tmp_path: Path, merged: int, closes: bool
) -> None:
    """A return's line goes into the claim that it answers: delivered, and in the lake once."""
    told = {"rows_delivered": 2, "cents_delivered": 1_500, "rows_merged": 1, "cents_merged": merged}
    found = rungs(tmp_path, [(1_000, 800)], **told, **{GRANTED: -200})
    assert found["delivered = accepted + rejected + merged", "cents"] is closes
    assert found["delivered = accepted + rejected + merged", "rows"]


@pytest.mark.parametrize(("amounts", "change"), CASES)
@pytest.mark.parametrize("valuation", ["awarded", "declared"])
def test_cost_is_declared_and_that_change_where_the_contract_counts_what_was_awarded(
    amounts: Amounts, change: int, valuation: str
) -> None:
    agreed = Agreed(
        years=[2025],
        area={"531": "contracted"},
        care_types=["hospital_product"],
        laws=["Zvw"],
        valuation=valuation,
        truncation_cents=10**9,
        age_bounds=[0],
    )
    region = Region([period(PERSONS[0], dt.date(2025, 1, 1), 12)], lines(amounts), agreed)
    made = tables_by_sql(duckdb.connect(), region)
    declared = sum(cents for cents, _ in amounts)
    expected = declared + change if valuation == "awarded" else declared
    assert made["core_person_year"]["in_domain_cents"].sum() == expected
    for table in ("core_claim_line", "core_person_month", "mart_claim_bucket", "mart_run_out_cell"):
        assert made[table]["cents"].sum() == expected, table
    assert made["mart_book_difference"]["accepted_cents"].sum() == declared, "books are in declared cents"
