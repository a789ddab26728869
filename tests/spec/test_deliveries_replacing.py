"""Which delivery counts when one replaces another: by business date, whatever day the night runs."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from pipeline.deliveries import Delivery, Register, Standing, Status, raw_inputs
from pipeline.deliveries.standing import refuse_foreign_place, replaced, states
from pipeline.errors import DeliveryRefusedError, NoDataError
from pipeline.lake import open_lake
from tests.unit.deliveries_world import claims, insured
from tests.unit.lake_world import home_in, publish_delivery

OCTOBER, JULY, AUGUST = dt.date(2025, 10, 10), dt.date(2026, 7, 1), dt.date(2026, 8, 1)


def delivery(number: int, delivered_on: dt.date, replaces: int = 0, **said: Any) -> Delivery:
    """zilverzorg-2025-<number>, accepted, replacing another number; 0 for none."""
    name = f"zilverzorg-2025-{number:02d}"
    row = Delivery(
        arrival=name,
        arrival_digest=name,
        status=Status.ACCEPTED,
        delivery_id=name,
        contract="maasoever",
        supplier="zilverzorg",
        period="2025",
        replaces=f"zilverzorg-2025-{replaces:02d}" if replaces else "",
        delivered_on=delivered_on,
    )
    return replace(row, **said)


INTERIM, WHOLE, MENDED = delivery(1, OCTOBER), delivery(2, JULY, 1), delivery(3, AUGUST, 2)
ONE, TWO, THREE = (str(row.delivery_id) for row in (INTERIM, WHOLE, MENDED))


def standing(rows: list[Delivery], day: dt.date) -> dict[str, str]:
    """By number: standing, and by which it is replaced; the same in whatever order the register gives them."""
    found = [
        {
            str(one.delivery.delivery_id)[-2:]: f"{one.standing} {one.replaced_by[-2:]}".strip()
            for one in states(order, day)
        }
        for order in permutations(rows)
    ]
    assert all(each == found[0] for each in found)
    return found[0]


@pytest.mark.parametrize(
    ("day", "stands"),
    [
        (OCTOBER - dt.timedelta(days=1), {}),
        (OCTOBER, {"01": "accepted"}),
        (JULY - dt.timedelta(days=1), {"01": "accepted"}),
        (JULY, {"01": "replaced 02", "02": "accepted"}),
        (AUGUST - dt.timedelta(days=1), {"01": "replaced 02", "02": "accepted"}),
        (AUGUST, {"01": "replaced 03", "02": "replaced 03", "03": "accepted"}),
        (dt.date.max, {"01": "replaced 03", "02": "replaced 03", "03": "accepted"}),
    ],
)
def test_a_replacement_counts_from_the_day_it_was_delivered(day: dt.date, stands: dict[str, str]) -> None:
    assert standing([INTERIM, WHOLE, MENDED], day) == stands


@pytest.mark.parametrize("status", [Status.LINKED, Status.STOPPED, Status.REFUSED, Status.REPEATED])
def test_a_replacement_that_is_not_accepted_leaves_the_earlier_one_in_force(status: Status) -> None:
    assert standing([INTERIM, replace(WHOLE, status=status)], AUGUST) == {"01": "accepted", "02": str(status)}


@pytest.mark.parametrize("status", [Status.STOPPED, Status.REFUSED])
def test_who_replaces_a_stopped_one_also_replaces_what_that_was_to_replace(status: Status) -> None:
    rows = [INTERIM, replace(WHOLE, status=status), MENDED]
    assert standing(rows, AUGUST) == {"01": "replaced 03", "02": str(status), "03": "accepted"}


def test_where_a_link_never_came_the_one_delivered_last_counts() -> None:
    assert standing([INTERIM, MENDED], AUGUST) == {"01": "replaced 03", "03": "accepted"}
    after_a_gap = delivery(5, AUGUST, 4)
    assert standing([INTERIM, WHOLE, after_a_gap], AUGUST) == {
        "01": "replaced 05",
        "02": "replaced 05",
        "05": "accepted",
    }


def test_what_replaces_one_that_never_came_just_counts() -> None:
    assert standing([WHOLE], AUGUST) == {"02": "accepted"}


@pytest.mark.parametrize(
    "other",
    [{"supplier": "kompas"}, {"contract": "polderzorg"}, {"period": "2024"}],
    ids=lambda said: next(iter(said)),
)
def test_another_place_is_never_taken(other: dict[str, str]) -> None:
    foreign = replace(WHOLE, **other)
    assert replaced([INTERIM, foreign], AUGUST) == {}
    with pytest.raises(DeliveryRefusedError, match=f"would replace {ONE}, which is another supplier's"):
        refuse_foreign_place(foreign, [INTERIM])
    refuse_foreign_place(WHOLE, [INTERIM])
    refuse_foreign_place(foreign, [])


def test_deliveries_that_name_each_other_do_not_go_round_for_ever() -> None:
    """The TTP lets no such pair pass."""
    rows = [replace(INTERIM, replaces=TWO), WHOLE]
    assert standing(rows, AUGUST) == {"01": "replaced 02", "02": "accepted"}


def test_the_figures_use_no_row_and_no_cent_of_a_replaced_delivery(tmp_path: Path) -> None:
    """Its tables stay in the lake, for the nights before it was replaced."""
    home = home_in(tmp_path)
    october, july = claims(range(5), cents=100), claims(range(8), cents=1_000)
    said = {"delivered_on": OCTOBER}
    publish_delivery(home, ONE, {"claim_line": october, "insured": insured(range(5))}, **said)
    publish_delivery(home, TWO, {"claim_line": july}, delivered_on=JULY, replaces=ONE)
    lake = open_lake(home)

    def digests(day: dt.date) -> dict[str, set[str]]:
        return {scope: set(tables) for scope, tables in raw_inputs(lake, "maasoever", day).digests}

    before = {f"delivery/{ONE}": {"raw_claim_line", "raw_insured"}}
    after = {f"delivery/{TWO}": {"raw_claim_line"}}
    assert digests(OCTOBER) == before
    assert digests(JULY - dt.timedelta(days=1)) == before
    assert digests(JULY) == digests(dt.date.max) == after, "whole: its register went with it"
    with pytest.raises(NoDataError):
        raw_inputs(lake, "maasoever", OCTOBER - dt.timedelta(days=1))
    (used,) = raw_inputs(lake, "maasoever", JULY).snapshots
    assert used.file("raw_claim_line").rows == july.height
    assert lake.catalogue.current(f"delivery/{ONE}") is not None
    register = Register(lake.catalogue.engine)
    assert [row.delivery_id for row in register.with_status(Status.ACCEPTED, JULY)] == [ONE, TWO]


def test_the_state_of_one_contract_shows_also_what_is_of_no_known_contract(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    publish_delivery(home, "ours")
    publish_delivery(home, "theirs", contract="polderzorg")
    unreadable = Delivery("unreadable", "digest", Status.REFUSED)
    register = Register(open_lake(home).catalogue.engine)
    register.insert(unreadable)
    assert [one.delivery.arrival for one in register.state(AUGUST, "maasoever")] == ["unreadable", "ours"]
    assert [one.standing for one in register.state(dt.date.min)] == [Standing.REFUSED]
