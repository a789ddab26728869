"""How each delivery stands on a business date. It is derived from the register, never written into it.

A replacing delivery counts from the day it was delivered, once the gate has accepted it. Until then, and for
every earlier business date, the one that it replaces counts. So a replacement that is refused or stopped
leaves the earlier one in force, and a night run again for an old date finds what it found then.

The TTP lets one delivery of a place (contract, supplier, period) be live, so those of a place are a chain. The
chain is followed through deliveries that were stopped or refused here: who replaces a stopped delivery also
replaces what that one was to replace.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from pipeline.deliveries.delivery import Delivery, Status
from pipeline.errors import DeliveryRefusedError


class Standing(StrEnum):
    """How a delivery stands on a business date: its status, or replaced by another that is accepted."""

    LINKED = "linked"
    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"
    REPLACED = "replaced"
    STOPPED = "stopped"
    REFUSED = "refused"
    REPEATED = "repeated"


@dataclass(frozen=True)
class DeliveryState:
    """A delivery, how it stands, and, when it is replaced, the id of the one that counts in its place."""

    delivery: Delivery
    standing: Standing
    replaced_by: str = ""


def states(register: Sequence[Delivery], business_date: dt.date) -> list[DeliveryState]:
    """Every arrival up to a business date with its standing; by contract, supplier, period and day."""
    instead = replaced(register, business_date)
    found = []
    for row in sorted((row for row in register if row.came_up_to(business_date)), key=_order):
        status = row.status_on(business_date)
        by = instead.get(str(row.delivery_id), "") if status == Status.ACCEPTED else ""
        found.append(DeliveryState(row, Standing.REPLACED if by else Standing(status), by))
    return found


def replaced(register: Sequence[Delivery], business_date: dt.date) -> dict[str, str]:
    """The accepted deliveries that do not count on a business date: id -> id of the one that does instead."""
    came = [row for row in register if row.came_up_to(business_date)]
    accepted = [row for row in came if row.status_on(business_date) == Status.ACCEPTED]
    instead: dict[str, str] = {}
    for _, group in groupby(sorted(accepted, key=_order), key=lambda row: row.place):
        rows = list(group)
        if any(row.replaces for row in rows):
            counts = _end_of_chain(rows, register)
            instead |= {str(row.delivery_id): str(counts.delivery_id) for row in rows if row is not counts}
    return instead


def refuse_foreign_place(row: Delivery, register: Iterable[Delivery]) -> None:
    """See that what a delivery replaces is its own supplier's, for the same contract and period.

    A delivery that is not known here may be replaced: it may come after this one, or never come.

    Raises:
        DeliveryRefusedError: when it would take another place.
    """
    places = {other.place for other in register if row.replaces and other.delivery_id == row.replaces}
    if places and row.place not in places:
        raise DeliveryRefusedError(
            f"It would replace {row.replaces}, which is another supplier's or of another contract or period",
            where=str(row.delivery_id),
            remedy=f"{row.supplier} must name its own earlier delivery for {row.period}, or none.",
        )


def _end_of_chain(accepted: Sequence[Delivery], register: Sequence[Delivery]) -> Delivery:
    """Of one place's accepted deliveries the one that none of the others replaces, at first or second hand.

    There are several only when a link of the chain never came here; then the one delivered last counts.
    """
    links = {
        str(row.delivery_id): row.replaces
        for row in register
        if row.place == accepted[0].place and row.status != Status.REPEATED
    }
    taken = {earlier for row in accepted for earlier in _earlier(row, links)}
    ends = [row for row in accepted if row.delivery_id not in taken]
    return max(ends or accepted, key=lambda row: (bool(row.replaces), *_order(row)))


def _earlier(row: Delivery, links: dict[str, str]) -> Iterator[str]:
    """The ids that a delivery replaces, one after the other, as far as the chain is known here."""
    passed = {str(row.delivery_id)}
    earlier = row.replaces
    while earlier and earlier not in passed:
        yield earlier
        passed.add(earlier)
        earlier = links.get(earlier, "")


def _order(row: Delivery) -> tuple[str, ...]:
    day = row.delivered_on.isoformat() if row.delivered_on else ""
    place = (part or "" for part in row.place)
    return (*place, day, row.delivery_id or row.arrival, row.arrival, row.arrival_digest)
