"""What a night finds in the inbox and has not tried yet."""

from __future__ import annotations

import datetime as dt

from pipeline.deliveries.arrivals import arrivals
from pipeline.deliveries.register import Register
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
