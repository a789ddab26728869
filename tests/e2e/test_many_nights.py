"""Nights one after the other, and nights at once, end where one night ends."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml

from pipeline.demo.roles import State
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pipeline.scheduling.nights import nights
from tests import whole_line
from tests.e2e.forked import Command, ocmo
from tests.e2e.small_world import CONTRACTS, NIGHT, kept, seal_all
from tests.e2e.state import hashes

pytestmark = pytest.mark.slow

FIRST, TURN, LAST = dt.date(2026, 6, 16), dt.date(2026, 7, 1), dt.date.fromisoformat(NIGHT)
LEFT_OUT = ("berkenhof", "zuiderpoort")
"""Two of the comparison hospitals: the gate takes seconds for each delivery."""


def spread(state: State) -> list[dt.date]:
    """Let the suppliers deliver over thirty days: what came before them in June, the rest in July; the days.

    In the order in which they deliver, so that what replaces another comes after it.
    """
    plans = {path: yaml.safe_load(path.read_text()) for path in state.suppliers.glob("*/supplier.yaml")}
    for plan in plans.values():
        if plan["name"] in LEFT_OUT:
            plan["deliveries"] = []
    planned = [delivery for plan in plans.values() for delivery in plan["deliveries"]]
    for period, early in ((nights(FIRST, TURN - dt.timedelta(days=1)), True), (nights(TURN, LAST), False)):
        due = [one for one in planned if (one["delivered_on"] < TURN.isoformat()) == early]
        due.sort(key=lambda one: (one["delivered_on"], one["delivery_id"]))
        for number, delivery in enumerate(due):
            delivery["delivered_on"] = period[number * len(period) // len(due)].isoformat()
    for path, plan in plans.items():
        path.write_text(yaml.safe_dump(plan, sort_keys=False))
    return sorted({dt.date.fromisoformat(one["delivered_on"]) for one in planned})


def published(state: State) -> dict[str, dict[str, str]]:
    """Content digests of every table that stands on the last night, by what it is of."""
    catalogue, found = open_lake(OcmoHome.open(state.ocmo)).catalogue, {}
    for scope in {row.split("'")[1] for row in kept(state).register["snapshot"]}:
        snapshot = catalogue.current(scope, None if scope.startswith("delivery/") else LAST)
        found[scope] = snapshot.digests if snapshot else {}
    return found


@pytest.mark.timeout(1_500)  # thirty nights take five minutes on two quiet cores, and twice that on busy ones
def test_thirty_nights_end_where_one_night_ends(planned_small: State, tmp_path: Path) -> None:
    many = whole_line.copied(planned_small, tmp_path / "many")
    days = spread(many)
    assert len(days) > 8
    assert FIRST <= days[0] < days[-1] <= LAST
    seal_all(many)
    one = whole_line.copied(many, tmp_path / "one")
    for night in nights(FIRST, LAST):
        whole_line.night(many, night)
    whole_line.night(one, LAST)
    for state in (many, one):
        for contract in CONTRACTS:
            ocmo(state, "settlement", "run", "--contract", contract, "--year", "2025", "--date", NIGHT)
    assert published(many) == published(one)
    assert all(published(one).values())
    statements = [hashes(state.ocmo / "reports" / "statements") for state in (many, one)]
    assert len(statements[0]) == 2 * len(CONTRACTS)
    assert statements[0] == statements[1]


def test_two_nights_started_at_once_leave_what_one_leaves(sealed_small: State, tmp_path: Path) -> None:
    alone, twice = (whole_line.copied(sealed_small, tmp_path / name) for name in ("alone", "twice"))
    ocmo(alone, "night", "run", "--date", NIGHT)
    both = [Command(twice, "night", "run", "--date", NIGHT) for _ in range(2)]
    ended = [command.wait() for command in both]
    assert [one.exit_code for one in ended] == [0, 0], ended
    assert kept(twice) == kept(alone)
