"""Beside which deliveries the gate judges one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pipeline.checks.deliveries import _earlier
from pipeline.deliveries import Register, Status
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from tests.unit.lake_world import home_in, publish_delivery

FIRST, SECOND, THIRD, OTHER = (f"zilverzorg-{name}" for name in ("2025-01", "2025-02", "2025-03", "2024-01"))


@pytest.fixture
def home(tmp_path: Path) -> OcmoHome:
    """Another year's delivery that counts, and the first of 2025."""
    home = home_in(tmp_path)
    publish_delivery(home, OTHER, period="2024", delivered_on=dt.date(2025, 7, 1))
    publish_delivery(home, FIRST, delivered_on=dt.date(2025, 10, 10))
    return home


def beside(home: OcmoHome, delivery_id: str) -> int:
    """How many earlier deliveries it is held against; each has one table."""
    lake = open_lake(home)
    register = Register(lake.catalogue.engine)
    (row,) = (row for row in register.all() if row.delivery_id == delivery_id)
    return sum(len(files) for files in _earlier(lake, register, row).values())


def test_what_it_replaces_is_not_among_the_earlier_ones(home: OcmoHome) -> None:
    publish_delivery(home, SECOND, replaces=FIRST, status=Status.LINKED)
    assert beside(home, SECOND) == 1


def test_what_it_replaces_at_second_hand_is_not_either(home: OcmoHome) -> None:
    """The second was stopped, so that the first still counts when the third is judged."""
    publish_delivery(home, SECOND, replaces=FIRST, status=Status.STOPPED)
    publish_delivery(home, THIRD, replaces=SECOND, status=Status.LINKED)
    assert beside(home, THIRD) == 1


def test_what_replaces_it_is_not_either_when_it_comes_late(home: OcmoHome) -> None:
    publish_delivery(home, THIRD, replaces=SECOND)
    publish_delivery(home, SECOND, status=Status.LINKED)
    assert beside(home, SECOND) == 1


def test_one_of_its_place_that_it_does_not_replace_is(home: OcmoHome) -> None:
    """The TTP lets none through; if one comes, both count, and their lines are duplicates."""
    publish_delivery(home, SECOND, status=Status.LINKED)
    assert beside(home, SECOND) == 2
