"""Where a contract stands: which figures changed since the night before, and what fails or only waits."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer.main

from pipeline.cli.app import app
from pipeline.deliveries.missing import Came, Expected
from pipeline.errors import FiguresError, NoDataError, OcmoError
from pipeline.reporting.interim.state import Exposure
from pipeline.reporting.night import contracts
from pipeline.reporting.night.contracts import _changes, contract_state
from pipeline.reporting.night.summary import Books, Change, ContractState
from pipeline.reporting.night.todo import todo
from tests.unit.lake_world import home_in

STATE = ContractState(
    "maasoever",
    2025,
    expected_tables=40,
    came_tables=35,
    insured_years=8_797.0,
    actual_cents_per_insured_year=127_470.25,
    target_cents_per_insured_year=136_119.5,
    quality_score=0.748,
    payable_cents=28_459_923,
)


def summary_with(**figures: float | None) -> dict[str, object]:
    """An earlier summary's JSON, in which this contract had some figures otherwise."""
    before = {"contracts": [vars(STATE) | figures]}
    return json.loads(json.dumps(before, default=str))


@pytest.mark.parametrize(
    ("before", "changes"),
    [
        ({}, ()),
        ({"payable_cents": 0}, (Change("payable_cents", 0, 28_459_923),)),
        ({"quality_score": None}, (Change("quality_score", None, 0.748),)),
        ({"insured_years": 1.0, "linked_share": 0.5}, ()),  # nobody is called for these
        (
            {"actual_cents_per_insured_year": 1.5, "target_cents_per_insured_year": 2.5},
            (
                Change("actual_cents_per_insured_year", 1.5, 127_470.25),
                Change("target_cents_per_insured_year", 2.5, 136_119.5),
            ),
        ),
    ],
)
def test_only_what_differs_is_told(before: dict[str, float | None], changes: tuple[Change, ...]) -> None:
    assert _changes(STATE, summary_with(**before)) == changes


def test_a_contract_year_without_an_earlier_summary_has_no_changes() -> None:
    assert _changes(STATE, None) == ()
    assert _changes(STATE, {"contracts": []}) == ()


IN_COURSE, AFTER = dt.date(2025, 10, 15), dt.date(2026, 7, 15)
HALF = (Expected("zilverzorg", 2025, "claim_line", Came.CAME), Expected("veldzicht", 2025, "clinical_event"))
WHOLE = HALF[:1]
NO_INDICATOR = FiguresError("Indicator 'x' of 2025 was not measured")
NO_FIGURES = NoDataError("That night has published no figures")


def failing(
    monkeypatch: pytest.MonkeyPatch,
    root: Path,
    error: OcmoError,
    date: dt.date,
    tables: tuple[Expected, ...],
    so_far: object = None,
) -> ContractState:
    """The state of a contract year that has data and whose settlement fails."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(contracts, "settlements_due", lambda *_: [("maasoever", 2025)])
    monkeypatch.setattr(contracts, "settle_on", fail)
    monkeypatch.setattr(contracts, "year_state", lambda *_: so_far)
    return contract_state(home_in(root), "maasoever", 2025, date, tables, None)


@pytest.mark.parametrize(
    ("error", "date", "tables", "is_told"),
    [
        (NO_INDICATOR, IN_COURSE, HALF, False),  # the hospitals may still deliver
        (NO_INDICATOR, IN_COURSE, WHOLE, True),  # all came, and yet
        (NO_INDICATOR, AFTER, HALF, True),  # the year is over
        (NO_FIGURES, IN_COURSE, HALF, True),  # whatever else may come, this night failed
        (NO_FIGURES, AFTER, HALF, True),
    ],
)
def test_a_failure_stands_to_do_unless_it_is_only_that_data_may_still_come(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    error: OcmoError,
    date: dt.date,
    tables: tuple[Expected, ...],
    is_told: bool,
) -> None:
    state = failing(monkeypatch, tmp_path, error, date, tables)
    assert state.failure == str(error)
    assert [item.remedy for item in todo([], [], [state], [], [], date)] == ([str(error)] if is_told else [])


def test_the_cost_of_a_year_in_course_is_by_the_months_that_claims_cover(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As in the interim report: 1,000 insured years of which nine months are behind cost what those months did."""
    so_far = SimpleNamespace(
        exposure={"contracted": Exposure(in_year=12_000, so_far=9_000)},
        figures=SimpleNamespace(amount=lambda name, year: {("actual_cents", 2025): 69_150_000}[name, year]),
    )
    state = failing(monkeypatch, tmp_path, NO_INDICATOR, IN_COURSE, HALF, so_far)
    assert (state.insured_years, state.actual_cents_per_insured_year) == (750.0, 92_200.0)


def commands_in(text: str) -> list[list[str]]:
    """The words of each command that a text names between backquotes."""
    return [part.split() for part in text.split("`")[1::2] if part.startswith("ocmo ")]


def test_every_command_that_it_tells_to_run_can_be_run_as_it_stands() -> None:
    books = Books("maasoever", 2025, "zilverzorg", "2026-06-30", 5, 4, 1, 1, {"unexplained": 1})
    items = todo([], [], [replace(STATE, closes=False)], [], [books], AFTER)
    told = [words for item in items for words in commands_in(item.remedy)]
    assert [words[:2] for words in told] == [["ocmo", "reconcile"], ["ocmo", "books"]]
    known: Any = typer.main.get_command(app)
    for _, name, *options in told:
        assert known.commands[name].make_context(name, options).params["date"] == str(AFTER)
