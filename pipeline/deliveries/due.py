"""What a night has to do: which arrivals are new, and which settlements have data."""

from __future__ import annotations

import datetime as dt

from pipeline.contract.shelf import served
from pipeline.deliveries.arrivals import arrivals
from pipeline.deliveries.register import Register, Status
from pipeline.errors import NoDataError
from pipeline.home import OcmoHome
from pipeline.lake import open_lake


def new_arrivals(home: OcmoHome, business_date: dt.date) -> list[str]:
    """Sweep what a killed night left, and name the arrivals up to this date that were not tried yet."""
    lake = open_lake(home)
    lake.sweep()
    register = Register(lake.catalogue.engine)
    return [
        arrival.name
        for arrival in arrivals(home.inbox, business_date)
        if not register.has_tried(arrival.name, arrival.digest)
    ]


def settlements_due(home: OcmoHome, business_date: dt.date) -> list[tuple[str, int]]:
    """(contract, year) of every contract year for which a delivery was accepted up to this date."""
    register = Register(open_lake(home).catalogue.engine)
    due = []
    for contract_id, contract in served(home.contracts).items():
        periods = {delivery.period for delivery in register.accepted(contract_id, business_date)}
        due += [(contract_id, year) for year in contract.years if str(year) in periods]
    return due


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
