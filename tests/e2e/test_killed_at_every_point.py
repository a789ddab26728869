"""SIGKILL at every rename and every commit of every command: running it again mends it all.

What is left at the end is what a run leaves that nobody disturbed: nothing is lost, nothing is there twice,
nothing is half there.
"""

from __future__ import annotations

import datetime as dt
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline import night
from pipeline.demo.roles import State
from pipeline.errors import IssuedStatementError
from pipeline.home import OcmoHome
from tests import whole_line
from tests.e2e.forked import Command, ocmo
from tests.e2e.kill_points import DieOnce
from tests.e2e.small_world import ALONE, ITS_SUPPLIER, NIGHT, Kept, kept

pytestmark = pytest.mark.slow

MOST_DEATHS = 200
CONTRACT = ("--contract", ALONE, "--year", "2025", "--date", NIGHT)
OCMO_COMMANDS = (
    ("night", "run", "--date", NIGHT),
    ("interim", "run", "--quarter", "2026Q2", "--date", NIGHT, "--contract", ALONE),
    ("settlement", "run", *CONTRACT),
    ("settlement", "issue", *CONTRACT),
    ("settlement", "recompute", *CONTRACT, "--reason", "A test of what a killed run leaves"),
    ("lake", "sweep"),
)


@pytest.fixture(scope="module")
def undisturbed(sealed_small: State, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    state = whole_line.copied(sealed_small, tmp_path_factory.mktemp("undisturbed") / "var")
    for command in OCMO_COMMANDS:
        ocmo(state, *command)
    return kept(state)


def deaths(state: State, arguments: Sequence[str], behind: Path) -> int:
    """Run a command until it is through, dying at every point that it has; how often it died.

    Having died when the statement was just issued, it says next that it was issued, and by what: it is through.
    """
    for number in range(MOST_DEATHS):
        ended = Command(state, *arguments, before=DieOnce(behind)).wait()
        if ended.exit_code == 0 or (number and ended.exit_code == IssuedStatementError.exit_code):
            return number
        assert ended.exit_code == -signal.SIGKILL, f"{' '.join(arguments)}: {ended.complained}"
    raise AssertionError(f"{' '.join(arguments)} never came to its end")


def test_killed_at_every_point_of_the_ocmos_commands(
    sealed_small: State, undisturbed: Kept, tmp_path: Path
) -> None:
    state, behind = whole_line.copied(sealed_small, tmp_path / "var"), tmp_path / "behind"
    died = {command[:2]: deaths(state, command, behind) for command in OCMO_COMMANDS}
    assert kept(state) == undisturbed
    assert died[("night", "run")] >= 20, "publish, verdict, claims, run-out, case mix, indicators, summary"
    assert all(died[command[:2]] for command in OCMO_COMMANDS[:-1])


def test_killed_at_every_point_of_sealing_and_of_the_ttps_round(
    planned_small: State, undisturbed: Kept, tmp_path: Path
) -> None:
    """The same keys give the same pseudonyms, so the tables are those of deliveries sealed undisturbed."""
    state, behind = whole_line.copied(planned_small, tmp_path / "var"), tmp_path / "behind"
    seal = ("supplier", "seal", "--home", str(state.home("supplier", ITS_SUPPLIER)))
    assert deaths(state, seal, behind) >= 3, "identifiers, tables, receipt"
    assert deaths(state, ("ttp", "run"), behind) >= 2, "the map, and what was seen"
    take_in_all(state)
    found = kept(state)
    assert found.unfinished == []
    assert found.tables == [name for name in undisturbed.tables if name.startswith("tables/raw_")]


def take_in_all(state: State) -> None:
    """Open and link every arrival, as a night begins."""
    home, date = OcmoHome.open(state.ocmo), dt.date.fromisoformat(NIGHT)
    assert {night.take_in(home, name).outcome for name in night.new_arrivals(home, date)} == {"linked"}
