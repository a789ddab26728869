"""Which contract years have data to settle on, and which are awaited."""

from __future__ import annotations

import datetime as dt

from pipeline.contract.shelf import served
from pipeline.deliveries.delivery import Status
from pipeline.deliveries.register import Register
from pipeline.errors import NoDataError
from pipeline.home import OcmoHome
from pipeline.lake import open_lake


def settlements_due(home: OcmoHome, business_date: dt.date) -> list[tuple[str, int]]:
    """(contract, year) of every contract year for which a delivery was accepted up to this date."""
    register = Register(open_lake(home).catalogue.engine)
    due = []
    for contract_id, contract in served(home.contracts).items():
        periods = {delivery.period for delivery in register.accepted(contract_id, business_date)}
        due += [(contract_id, year) for year in contract.years if str(year) in periods]
    return due


def years_awaited(home: OcmoHome, business_date: dt.date) -> list[tuple[str, int]]:
    """(contract, year) for which deliveries are looked out for: those that are due, and where none is the first."""
    due = settlements_due(home, business_date)
    begun = {contract_id for contract_id, _ in due}
    first = [(id_, contract.years[0]) for id_, contract in served(home.contracts).items() if id_ not in begun]
    return sorted([*due, *first])


def require_data(home: OcmoHome, business_date: dt.date) -> None:
    """See that there is something to compute with.

    Raises:
        NoDataError: when no delivery was accepted up to `business_date`.
    """
    register = Register(open_lake(home).catalogue.engine)
    if not register.with_status(Status.ACCEPTED, business_date):
        raise NoDataError(
            f"There is no data for business date {business_date}: no delivery was accepted up to that day",
            remedy="Give a later date, or see `ocmo deliveries list` for what came and was refused.",
        )
