"""What the contract expects and how it stands, table by table."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest

from pipeline.deliveries import Delivery, DeliveryState, Status
from pipeline.deliveries.missing import Expected, expected_deliveries, missing_tables
from pipeline.deliveries.standing import Standing, states
from tests.unit.deliveries_world import CONTRACT

TERMS = CONTRACT.for_year(2025)
(BY_INSURER, *BY_HOSPITALS) = TERMS.deliveries_expected.value
YEARS = (*TERMS.baseline_years, 2025)
ALL = [
    *((BY_INSURER.supplier, year, table) for year in YEARS for table in BY_INSURER.tables),
    *((each.supplier, 2025, table) for each in BY_HOSPITALS for table in each.tables),
]
"""The example contract: an insurer over baseline and contract years, hospitals over the contract year."""

TABLE = BY_INSURER.tables[0]


def state(standing: Standing, *tables: str, **said: Any) -> DeliveryState:
    """One delivery of the insurer over 2025."""
    values = {"supplier": BY_INSURER.supplier, "period": "2025", "delivery_id": str(standing), **said}
    return DeliveryState(
        Delivery("arrival", "digest", Status.ACCEPTED, accounts={name: {} for name in tables}, **values),
        standing,
    )


def stands(*rows: DeliveryState) -> str:
    (found,) = (
        one
        for one in expected_deliveries(TERMS, 2025, rows)
        if (one.supplier, one.year, one.table) == (BY_INSURER.supplier, 2025, TABLE)
    )
    return str(found.standing)


def test_everything_that_is_agreed_is_expected_once_and_missing_when_nothing_came() -> None:
    expected = expected_deliveries(TERMS, 2025, [])
    assert [(one.supplier, one.year, one.table) for one in expected] == sorted(ALL)
    assert Counter(str(one.standing) for one in expected) == {"missing": len(ALL)}
    assert str(expected[0]) == " ".join(map(str, sorted(ALL)[0]))


@pytest.mark.parametrize(
    ("standing", "how"),
    [
        (Standing.ACCEPTED, "came"),
        (Standing.LINKED, "linked"),
        (Standing.STOPPED, "stopped"),
        (Standing.REFUSED, "refused"),
        (Standing.REPLACED, "missing"),
        (Standing.REPEATED, "missing"),
    ],
)
def test_a_table_stands_as_the_delivery_that_holds_it(standing: Standing, how: str) -> None:
    assert stands(state(standing, TABLE)) == how
    assert stands(state(standing)) == "missing", "the delivery does not hold the table"
    assert stands(state(standing, TABLE, supplier="another")) == "missing"
    assert stands(state(standing, TABLE, period="2019")) == "missing"


def test_the_best_of_several_counts() -> None:
    refused, stopped, accepted = (
        state(each, TABLE) for each in (Standing.REFUSED, Standing.STOPPED, Standing.ACCEPTED)
    )
    assert stands(refused, stopped) == stands(stopped, refused) == "stopped"
    assert stands(refused, stopped, accepted) == "came"


def test_a_replacement_that_lacks_a_table_makes_it_missing() -> None:
    """A delivery is replaced whole: what only the earlier one held is no longer there."""
    day = dt.date(2026, 7, 1)
    first = state(
        Standing.ACCEPTED, TABLE, delivery_id="one", contract="maasoever", delivered_on=day
    ).delivery
    second = state(
        Standing.ACCEPTED, delivery_id="two", contract="maasoever", delivered_on=day, replaces="one"
    ).delivery
    assert stands(*states([first], day)) == "came"
    assert stands(*states([first, second], day)) == "missing"


def test_what_a_settlement_lacks_is_what_did_not_come() -> None:
    came = state(Standing.ACCEPTED, *BY_INSURER.tables)
    lacking = missing_tables(TERMS, 2025, [came.delivery])
    assert len(lacking) == len(ALL) - len(BY_INSURER.tables)
    assert Expected(BY_INSURER.supplier, 2025, TABLE) not in lacking
