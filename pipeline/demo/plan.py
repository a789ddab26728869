"""The plan of deliveries: which supplier delivers which files, over which period, on which day.

A period is a calendar year and is delivered on 1 July of the next, with all that was invoiced up to 30 June.
Of the contract year insurers first deliver an interim state; the whole period later takes its place.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Self

from pipeline.canonical import canonical_table
from pipeline.demo.edits import Edit
from pipeline.demo.files import RegionFile
from pipeline.demo.parameters import read_region
from pipeline.demo.summary import RegionSummary

INTERIM_UP_TO, INTERIM_DELIVERED = (9, 30), (10, 10)
"""Month and day of the contract year: last invoices of the interim delivery, and when it comes."""
DELIVERED = (7, 1)
"""Month and day of the next year on which a period is delivered."""
STATE_TABLES = ("control_total", "insured", "non_claim_payment", "provider")
"""Tables that show a state on a day: of several states a delivery holds the newest."""


@dataclass(frozen=True)
class PlannedFile:
    """A file to deliver: its path from the suppliers' folder, its mapping (empty for a message), its edits.

    `rows` is how many rows of its table it has, before any edit.
    """

    path: str
    table: str
    mapping: str = ""
    rows: int = 0
    edits: tuple[Edit, ...] = ()

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class PlannedDelivery:
    """A delivery as a supplier plans it; `replaces` is the id of its own earlier one, or empty."""

    delivery_id: str
    supplier: str
    period: str
    delivered_on: dt.date
    files: tuple[PlannedFile, ...]
    replaces: str = ""


@dataclass(frozen=True)
class Plan:
    """All deliveries, by supplier and in the order of sealing.

    `again` names deliveries of which a copy turns up once more in the OCMO's inbox.
    """

    deliveries: tuple[PlannedDelivery, ...]
    again: tuple[str, ...] = field(default=())

    @property
    def suppliers(self) -> tuple[str, ...]:
        """Who delivers, in order."""
        return tuple(dict.fromkeys(delivery.supplier for delivery in self.deliveries))

    @property
    def last_day(self) -> dt.date:
        """The day of the last delivery: a round of the TTP that is to take them all is of no earlier day."""
        return max(delivery.delivered_on for delivery in self.deliveries)

    def of(self, supplier: str) -> tuple[PlannedDelivery, ...]:
        """One supplier's deliveries."""
        return tuple(delivery for delivery in self.deliveries if delivery.supplier == supplier)

    def delivery(self, delivery_id: str) -> PlannedDelivery:
        """The delivery of this id; KeyError when there is none."""
        for delivery in self.deliveries:
            if delivery.delivery_id == delivery_id:
                return delivery
        raise KeyError(delivery_id)

    def files(self, supplier: str, period: int | None = None) -> tuple[PlannedFile, ...]:
        """The different files that a supplier delivers, over one period or all, in order."""
        planned = (d for d in self.of(supplier) if period is None or d.period == str(period))
        return tuple({file.path: file for delivery in planned for file in delivery.files}.values())

    def edited(self, path: str, edit: Edit, *, only_in: str = "") -> Self:
        """With one more edit of a file, in every delivery that holds it, or only in the one of this id."""

        def with_edit(delivery: PlannedDelivery) -> PlannedDelivery:
            if only_in and delivery.delivery_id != only_in:
                return delivery
            files = (
                replace(file, edits=(*file.edits, edit)) if file.path == path else file
                for file in delivery.files
            )
            return replace(delivery, files=tuple(files))

        return self.changed(with_edit)

    def changed(self, change: Callable[[PlannedDelivery], PlannedDelivery]) -> Self:
        """With every delivery put through `change`."""
        return replace(self, deliveries=tuple(change(delivery) for delivery in self.deliveries))

    def put(self, delivery_id: str, *instead: PlannedDelivery) -> Self:
        """With these deliveries in the place of the one of this id."""
        self.delivery(delivery_id)
        return replace(
            self,
            deliveries=tuple(
                one
                for delivery in self.deliveries
                for one in (instead if delivery.delivery_id == delivery_id else (delivery,))
            ),
        )


def plan_of(region: RegionSummary) -> Plan:
    """The plan of a region in which nothing goes wrong."""
    found = [
        delivery
        for supplier in region.suppliers
        for year in sorted({file.year for file in region.of(supplier)})
        for delivery in _over(supplier, year, region.of(supplier, year))
    ]
    return Plan(tuple(found))


def _over(supplier: str, year: int, files: tuple[RegionFile, ...]) -> Iterator[PlannedDelivery]:
    """The deliveries of one supplier over one period: the whole, and before it the interim state if there is one."""
    everything = _known(files, dt.date.max)
    day = dt.date(year + 1, *DELIVERED)
    whole = PlannedDelivery(f"{supplier}-{year}-01", supplier, str(year), day, everything)
    is_contract_year = year == read_region().years.contract
    interim = _known(files, dt.date(year, *INTERIM_UP_TO)) if is_contract_year else ()
    if any(canonical_table(file.table).is_personal for file in interim):
        yield replace(whole, files=interim, delivered_on=dt.date(year, *INTERIM_DELIVERED))
        yield replace(whole, delivery_id=f"{supplier}-{year}-02", replaces=whole.delivery_id)
    else:
        yield whole


def _known(files: tuple[RegionFile, ...], day: dt.date) -> tuple[PlannedFile, ...]:
    """What can be delivered of these files on `day`: all that is invoiced, and of each state the newest."""
    known = [file for file in files if _last_day(file) <= day]
    newest = {file.table: file.path for file in sorted(known, key=_last_day)}
    return tuple(
        PlannedFile(file.path, file.table, file.mapping, file.rows)
        for file in known
        if file.table not in STATE_TABLES or newest[file.table] == file.path
    )


def _last_day(file: RegionFile) -> dt.date:
    """The day up to which the file knows; a record that names none is whole after its year."""
    return dt.date.fromisoformat(file.last_invoiced) if file.last_invoiced else dt.date(file.year, 12, 31)
