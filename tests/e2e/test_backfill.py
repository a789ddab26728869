"""A backfill through Airflow's own scheduler, as the operator starts it: three nights, then the last one again.

Costs half a minute for each start of Airflow and ten seconds a night.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from pipeline.demo.roles import State, run_role
from tests import whole_line
from tests.e2e.forked import ocmo
from tests.e2e.small_world import Kept, kept
from tests.e2e.state import hashes

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

FIRST, LAST = "2026-06-30", "2026-07-02"
NIGHTS = [FIRST, "2026-07-01", LAST]
ISSUED = ("--contract", "polderzorg", "--year", "2025", "--date", LAST)


def backfill(state: State, first: str, last: str, *options: str) -> list[str]:
    """What `ocmo backfill run` prints, line by line."""
    return run_role(state, "backfill", "run", "--from", first, "--to", last, *options).splitlines()


def airflows_runs(state: State) -> list[tuple[str, str, str]]:
    """(day of the interval's start, kind of run, state) of every run that Airflow knows."""
    with sqlite3.connect(state.ocmo / "airflow" / "airflow.db") as database:
        query = "SELECT substr(logical_date, 1, 10), run_type, state FROM dag_run ORDER BY logical_date"
        return database.execute(query).fetchall()


@pytest.fixture(scope="module")
def issued(sealed_small: State, tmp_path_factory: pytest.TempPathFactory) -> State:
    """A statement was issued on the figures of the last night."""
    state = whole_line.copied(sealed_small, tmp_path_factory.mktemp("issued") / "var")
    ocmo(state, "night", "run", "--date", LAST)
    ocmo(state, "settlement", "run", *ISSUED)
    ocmo(state, "settlement", "issue", *ISSUED)
    return state


@pytest.fixture(scope="module")
def one_by_one(issued: State, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """What the nights leave when they are run by hand."""
    state = whole_line.copied(issued, tmp_path_factory.mktemp("by-hand") / "var")
    for night in NIGHTS:
        ocmo(state, "night", "run", "--date", night)
    return kept(state)


def test_three_nights_and_the_last_one_again(issued: State, one_by_one: Kept, tmp_path: Path) -> None:
    state = whole_line.copied(issued, tmp_path / "var")
    final = hashes(state.ocmo / "reports" / "issued")
    assert len(final) == 2

    said = backfill(state, FIRST, LAST)
    assert said[:2] == [f"3 nights, {FIRST} up to and including {LAST}:", f"  {' '.join(NIGHTS)}"]
    assert said[2] == f"polderzorg 2025 was issued on {LAST}: that statement stays as it is."
    assert [line.split()[:2] for line in said[3:6]] == [[night, "done"] for night in NIGHTS]
    assert airflows_runs(state) == [(night, "backfill", "success") for night in NIGHTS]
    assert hashes(state.ocmo / "reports" / "issued") == final
    assert kept(state) == one_by_one
    assert not (state.ocmo / "airflow" / "running.json").exists(), "what it started it has stopped"

    again = backfill(state, LAST, LAST)
    assert again[0] == f"The night of {LAST}."
    assert again[2].split()[:2] == [LAST, "done"]
    assert airflows_runs(state) == [(night, "backfill", "success") for night in NIGHTS]
    assert kept(state) == one_by_one


def test_a_dry_run_starts_nothing(issued: State) -> None:
    assert backfill(issued, FIRST, LAST, "--dry-run")[0] == f"3 nights, {FIRST} up to and including {LAST}:"
    assert not (issued.ocmo / "airflow").exists()
