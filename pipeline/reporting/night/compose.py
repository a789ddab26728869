"""Compose the summary of a business date from the register, the lake and the summary before."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.deliveries import Arrival, DeliveryState, Register, arrivals
from pipeline.deliveries.due import years_awaited
from pipeline.deliveries.missing import Came, Expected
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pipeline.reporting.night import came, contracts
from pipeline.reporting.night.endangered import endangered
from pipeline.reporting.night.store import before
from pipeline.reporting.night.summary import Missing, NightSummary
from pipeline.reporting.night.todo import todo

ContractYear = tuple[str, int]


def summarise(home: OcmoHome, business_date: dt.date) -> NightSummary:
    """The summary of a business date; a contract without figures is told, and is no error.

    Raises:
        ContractError: when a contract of this home cannot be used.
    """
    register = Register(open_lake(home).catalogue.engine)
    state, earlier = register.state(business_date), before(home, business_date)
    rows = came.arrivals(state, earlier)
    years = years_awaited(home, business_date)
    expected = {one: contracts.expected(home, *one, state) for one in years}
    found = tuple(
        contracts.contract_state(home, *one, business_date, expected[one], earlier) for one in years
    )
    missing = tuple(_missing(expected))
    books = tuple(item for one in years for item in contracts.books(home, *one, business_date))
    with_data = sorted({name for name, _ in years} & {str(one.delivery.contract) for one in _counting(state)})
    return NightSummary(
        business_date=business_date.isoformat(),
        since=earlier["business_date"] if earlier else "",
        deliveries=dict(sorted(Counter(row.standing for row in rows).items())),
        rows=came.by_standing(rows, "rows"),
        claim_cents=came.by_standing(rows, "claim_cents"),
        payment_cents=came.by_standing(rows, "payment_cents"),
        todo=todo(rows, _untaken(home, business_date, state), found, missing, books, business_date),
        arrivals=rows,
        contracts=found,
        missing=missing,
        endangered=endangered(state),
        linked=tuple(one for name in with_data for one in contracts.linked(home, name, business_date)),
        books=books,
        rejected=came.rejected(state),
    )


def _counting(state: Sequence[DeliveryState]) -> list[DeliveryState]:
    return [one for one in state if one.standing == "accepted"]


def _missing(expected: dict[ContractYear, list[Expected]]) -> Iterator[Missing]:
    """What a contract's figures are without; a table that several of its years expect is told once."""
    told = set()
    for (contract, _), tables in expected.items():
        for one in tables:
            found = Missing(contract, one.supplier, one.year, one.table, str(one.standing))
            if one.standing is not Came.CAME and found not in told:
                told.add(found)
                yield found


def _untaken(home: OcmoHome, business_date: dt.date, state: Sequence[DeliveryState]) -> list[Arrival]:
    """What lies in the inbox and is not in the register: one half waits, or the night could not open it."""
    known = {one.delivery.arrival for one in state}
    return [arrival for arrival in arrivals(home.inbox, business_date) if arrival.name not in known]
