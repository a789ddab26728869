"""Of a place's chain one delivery counts on any day: the last that was accepted, whatever came of the others."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.deliveries import Delivery, Standing, Status
from pipeline.deliveries.standing import states

FIRST = dt.date(2025, 10, 1)
OUTCOMES = [None, Status.ACCEPTED, Status.ACCEPTED, Status.STOPPED, Status.REFUSED, Status.LINKED]
"""What became of a link of the chain; None: it never came to the OCMO."""


@st.composite
def chains(draw: st.DrawFn) -> list[Delivery]:
    """What the TTP let pass for one place, in the register's order, which says nothing."""
    outcomes = draw(st.lists(st.sampled_from(OUTCOMES), min_size=1, max_size=7))
    waits = draw(st.lists(st.integers(0, 2), min_size=len(outcomes), max_size=len(outcomes)))
    chain = [
        Delivery(
            arrival=f"arrival {number}",
            arrival_digest="digest",
            status=outcome,
            delivery_id=f"insurer-2025-{number:02d}",
            contract="maasoever",
            supplier="insurer",
            period="2025",
            replaces=f"insurer-2025-{number - 1:02d}" if number else "",
            delivered_on=FIRST + dt.timedelta(days=sum(waits[: number + 1])),
        )
        for number, outcome in enumerate(outcomes)
        if outcome is not None
    ]
    return draw(st.permutations(chain))


@given(chains(), st.integers(0, 14))
@settings(max_examples=300, deadline=None)
def test_the_last_accepted_one_counts_and_no_other(register: list[Delivery], days: int) -> None:
    day = FIRST + dt.timedelta(days=days)
    found = states(register, day)
    came = sorted(row.delivery_id for row in register if row.delivered_on <= day)
    assert sorted(one.delivery.delivery_id for one in found) == came
    accepted = sorted(one.delivery.delivery_id for one in found if one.delivery.status == Status.ACCEPTED)
    counts = [one.delivery.delivery_id for one in found if one.standing is Standing.ACCEPTED]
    assert counts == accepted[-1:]
    assert {one.replaced_by for one in found if one.standing is Standing.REPLACED} <= set(counts)
    assert all(one.standing == one.delivery.status for one in found if one.delivery.status != Status.ACCEPTED)
