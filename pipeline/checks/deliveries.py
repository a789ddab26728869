"""The gate over a night's linked deliveries: each is accepted, put in quarantine or stopped, for itself.

They are judged in the order in which they were delivered, so that a delivery is held against those before it
whether they came the same night or long ago. The verdict also holds whether the delivery is like what its
supplier sent before (`deliveries.plausibility`); that warns and never stops. And how it links (`linkage.overlap`):
one outside the band that its contract states waits in quarantine.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.checks.gate import gate
from pipeline.checks.report import CheckResult, GateReport, Outcome
from pipeline.deliveries import Delivery, Register, Status
from pipeline.deliveries.plausibility import plausibility
from pipeline.errors import ReconciliationError
from pipeline.home import OcmoHome
from pipeline.lake import Lake, Snapshot, engine_settings, open_lake
from pipeline.linkage.overlap import brings_register, linking, outside_band, waits_for_register


@dataclass(frozen=True)
class Verdict:
    """What the gate decided on one delivery, and why when it did not accept it."""

    delivery_id: str
    status: str
    reason: str = ""


def gate_deliveries(home: OcmoHome, business_date: dt.date) -> list[Verdict]:
    """Judge every delivery up to this date that was linked and not yet judged.

    Registers of insured go first, for the others are held against them; then oldest first. One that must be held
    against a register, and for which none counts yet, stays unjudged, unless the gate stops it.
    """
    lake = open_lake(home)
    register = Register(lake.catalogue.engine)
    unjudged = register.with_status(Status.LINKED, business_date)
    registers_first = sorted(unjudged, key=lambda delivery: not brings_register(lake, delivery))
    verdicts = (_judge(home, lake, register, delivery, business_date) for delivery in registers_first)
    return [verdict for verdict in verdicts if verdict is not None]


def _judge(
    home: OcmoHome, lake: Lake, register: Register, delivery: Delivery, business_date: dt.date
) -> Verdict | None:
    report = gate(
        _tables(lake, [_published(lake, delivery)]),
        earlier=_earlier(lake, register, delivery),
        memory_limit=home.memory_limit,
        threads=home.threads,
        spill=home.spill,
        upper_date=delivery.delivered_on or dt.date.max,
    )
    unlike = plausibility(lake, register, delivery, engine_settings(home))
    links = linking(home, lake, register, delivery, business_date)
    if waits_for_register(links) and report.outcome is not Outcome.STOPPED:
        return None
    report = GateReport((*report.results, *(CheckResult.from_json(one) for one in (*unlike, *links))))
    status, reason = _decided(report, outside_band(links))
    register.judge(delivery, status, report.as_json(), reason)
    return Verdict(str(delivery.delivery_id), status, reason)


def _decided(report: GateReport, outside: Sequence[str]) -> tuple[Status, str]:
    """Stopped before quarantined before accepted; and why."""
    if report.outcome is Outcome.STOPPED:
        stopping = (result for result in report.findings if result.outcome is Outcome.STOPPED)
        return Status.STOPPED, "; ".join(str(result) for result in stopping)
    return (Status.QUARANTINED, "; ".join(outside)) if outside else (Status.ACCEPTED, "")


def _published(lake: Lake, delivery: Delivery) -> Snapshot:
    snapshot = lake.catalogue.current(delivery.scope)
    if snapshot is None or not snapshot.files:
        raise ReconciliationError(
            "The delivery stands in the register, but none of its tables is published",
            where=str(delivery.delivery_id),
            remedy="Restore the register's database and the lake from the same backup.",
        )
    return snapshot


def _earlier(lake: Lake, register: Register, delivery: Delivery) -> dict[str, list[Path]]:
    """The tables of the contract's deliveries that counted when this one was delivered, by canonical table.

    Those of its own place in a chain are not among them, which it replaces at first or second hand: whatever they
    held, this one must hold anew.
    """
    counting = register.accepted(str(delivery.contract), delivery.delivered_on or dt.date.max)
    beside = [
        other
        for other in counting
        if other.place != delivery.place or not (delivery.replaces or other.replaces)
    ]
    return _tables(lake, (_published(lake, other) for other in beside))


def _tables(lake: Lake, snapshots: Iterable[Snapshot]) -> dict[str, list[Path]]:
    files = defaultdict(list)
    for snapshot in snapshots:
        for file in snapshot.files:
            files[file.table.removeprefix("raw_")].append(lake.path(file))
    return dict(files)
