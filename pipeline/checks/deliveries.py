"""The gate over a night's linked deliveries: each is accepted or stopped, for itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pipeline.checks.gate import gate
from pipeline.checks.report import Outcome
from pipeline.deliveries import Delivery, Register, Status
from pipeline.errors import ReconciliationError
from pipeline.home import OcmoHome
from pipeline.lake import Lake, open_lake


@dataclass(frozen=True)
class Verdict:
    """What the gate decided on one delivery, and why when it stopped it."""

    delivery_id: str
    status: str
    reason: str = ""


def gate_deliveries(home: OcmoHome, business_date: dt.date) -> list[Verdict]:
    """Judge every delivery up to this date that was linked and not yet judged."""
    lake = open_lake(home)
    register = Register(lake.catalogue.engine)
    return [
        _judge(home, lake, register, delivery)
        for delivery in register.with_status(Status.LINKED, business_date)
    ]


def _judge(home: OcmoHome, lake: Lake, register: Register, delivery: Delivery) -> Verdict:
    snapshot = lake.catalogue.current(delivery.scope)
    if snapshot is None or not snapshot.files:
        raise ReconciliationError(
            "The delivery stands in the register as linked, but none of its tables is published",
            where=str(delivery.delivery_id),
            remedy="Restore the register's database and the lake from the same backup.",
        )
    files = snapshot.files
    report = gate(
        {file.table.removeprefix("raw_"): [lake.path(file)] for file in files},
        memory_limit=home.memory_limit,
        threads=home.threads,
        spill=home.spill,
        upper_date=delivery.delivered_on or dt.date.max,
    )
    stopped = report.outcome is Outcome.STOPPED
    reason = "; ".join(str(result) for result in report.findings) if stopped else ""
    status = Status.STOPPED if stopped else Status.ACCEPTED
    register.judge(delivery, status, report.as_json(), reason)
    return Verdict(str(delivery.delivery_id), status, reason)
