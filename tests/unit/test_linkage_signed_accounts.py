"""What a supplier signed of rows and cents is held against what came, at the door and for that delivery alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.deliveries import Status
from tests.unit.linkage_world import FIRST, SECOND, SUMMER, Linkage, account, claim_lines, providers

CLAIMS = account("claim_line", claim_lines())
LOST = ...


@pytest.fixture
def line(tmp_path: Path) -> Linkage:
    return Linkage.make(tmp_path)


def told(**changes: Any) -> dict[str, Any]:
    """Accounts of claim lines in which some figures are others, or not there."""
    changed = CLAIMS | changes
    return {"claim_line": {figure: value for figure, value in changed.items() if value is not LOST}}


def refusal(line: Linkage, accounts: Any) -> str:
    """Why a delivery with these accounts is refused. It stands in the register, and stops nothing else."""
    line.send(accounts=accounts)
    taken = line.take_in()
    assert taken.outcome == Status.REFUSED
    row = line.row()
    assert (row.supplier, row.period, row.delivered_on) == ("insurer", "2025", SUMMER)
    assert isinstance(row.total("rows_accepted"), int), "what is kept of it can be read"
    assert isinstance(row.file_refs, frozenset)
    assert "insurer must make accounts and tables" in taken.reason
    line.send(SECOND, replaces=FIRST)
    line.accept(SECOND)
    assert [one.delivery_id for one in line.register.accepted("maasoever", SUMMER)] == [SECOND]
    return taken.reason


@pytest.mark.parametrize(
    ("figure", "value"),
    [
        ("rows_accepted", LOST),
        ("rows_accepted", "40"),
        ("rows_accepted", True),
        ("rows_rejected", -1),
        ("cents_accepted", 4000.0),
        ("cents_rejected", None),
        ("rejected_by_rule", []),
        ("rejected_by_rule", {"bsn": "2"}),
        ("rejected_cents_by_rule", LOST),
        ("rejected_by_care", {}),
        ("rejected_by_care", [{"year_of_loss": 2025, "care_type_code": "pharmacy", "rows": 1}]),
        ("credits_of_rejected", []),
        ("rows_merged", -1),
        ("cents_merged", "0"),
        ("awarded_less_declared_cents", None),
        ("files", LOST),
        ("files", ["a file"]),
        ("files", [{"standard": "CSV", "version": "1"}]),
    ],
    ids=str,
)
def test_an_account_of_another_shape_is_refused(line: Linkage, figure: str, value: object) -> None:
    said = refusal(line, told(**{figure: value}))
    assert f"Its account of claim_line lacks or misstates {figure} in {FIRST}" in said


def test_an_account_that_is_none(line: Linkage) -> None:
    assert "Its account of claim_line is none" in refusal(line, {"claim_line": 40})


def test_what_a_strange_account_is_called_is_not_repeated(line: Linkage) -> None:
    said = refusal(line, {**told(), "123456782": CLAIMS})
    assert "Its accounts are of 1 tables that are no canonical ones" in said
    assert "123456782" not in said


@pytest.mark.parametrize(
    ("accounts", "said"),
    [
        ({}, "Its accounts are of nothing, its tables are claim_line"),
        (
            {**told(), "provider": account("provider", providers())},
            "Its accounts are of claim_line, provider, its tables are claim_line",
        ),
        (
            told(rows_accepted=41, rows_delivered=41),
            "Its account says that 41 rows of claim_line were accepted, and 40 came",
        ),
        (
            told(cents_accepted=3_999, cents_delivered=3_999),
            "Its account says that 3,999 cents of claim_line were accepted, and 4,000 came",
        ),
        (told(rows_rejected=1), "Its account of the rows of claim_line does not close"),
        (told(cents_delivered=0), "Its account of the cents of claim_line does not close"),
        (told(rows_merged=1), "Its account of the rows of claim_line does not close"),
        (
            told(awarded_less_declared_cents=-5),
            "awarded amounts of claim_line differ by -5 cents from declared ones, and in what came they differ by 0",
        ),
    ],
)
def test_an_account_that_is_not_of_what_came_is_refused(
    line: Linkage, accounts: dict[str, Any], said: str
) -> None:
    assert said in refusal(line, accounts)


def test_rows_that_were_merged_into_others_are_part_of_what_was_delivered(line: Linkage) -> None:
    merged = {"rows_merged": 3, "cents_merged": 250}
    line.send(accounts=told(rows_delivered=43, cents_delivered=4_250, **merged))
    assert line.take_in().outcome == Status.LINKED


def test_what_awarded_amounts_change_is_held_against_what_came(line: Linkage) -> None:
    awarded = claim_lines().with_columns(awarded_cents=pl.lit(75, dtype=pl.Int64))
    signed = account("claim_line", awarded) | {"awarded_less_declared_cents": -25 * awarded.height}
    line.send(tables={"claim_line": awarded}, accounts={"claim_line": signed})
    assert line.take_in().outcome == Status.LINKED


def test_what_nobody_reads_may_stand_in_an_account(line: Linkage) -> None:
    """A supplier with a later edition of the software may tell more."""
    line.send(accounts=told(another_figure="x", credits_of_rejected={"rows": 1, "cents": -5}))
    assert line.take_in().outcome == Status.LINKED
