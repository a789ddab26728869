"""An operator lets a delivery go that waits in quarantine: from a day on, with a reason, written down."""

from __future__ import annotations

import datetime as dt

from pipeline.deliveries import Delivery, Register, Status
from pipeline.errors import NoDataError, SettingsError
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pipeline.linkage.acknowledging import note_released


def release(home: OcmoHome, delivery_id: str, *, on: dt.date, by: str, reason: str) -> Delivery:
    """Let a delivery count from the business date `on`; nights of earlier dates leave it where it was.

    The audit log says so first: nothing is released without a line.

    Raises:
        NoDataError: when no such delivery waits in quarantine.
        SettingsError: when nobody is named, no reason is given, or the day is before that of delivery.
        AuditError: when the reason holds what a log may not.
    """
    register = Register(open_lake(home).catalogue.engine)
    waiting = [
        row for row in register.all() if row.delivery_id == delivery_id and row.status == Status.QUARANTINED
    ]
    if not waiting:
        raise NoDataError(
            f"No delivery '{delivery_id}' waits in quarantine",
            remedy="`ocmo deliveries list` says how each delivery stands.",
        )
    (row,) = waiting
    if not by.strip() or not reason.strip():
        raise SettingsError(
            "A release needs a name and a reason",
            where=delivery_id,
            remedy="Give --by and --reason: both stand in the audit log.",
        )
    if row.delivered_on and on < row.delivered_on:
        raise SettingsError(
            f"It was delivered on {row.delivered_on}, after {on}",
            where=delivery_id,
            remedy="Release it from a day on which it was there.",
        )
    note_released(home, row, on, f"{by.strip()}: {reason.strip()}")
    register.release(row, on)
    return row
