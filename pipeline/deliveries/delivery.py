"""One delivery as the register has it: who sent what, and what became of it.

linked       opened, linked and published; not yet judged
accepted     passed the gate: figures use it, unless an accepted one replaces it (`standing`)
quarantined  passed the gate, but links otherwise than the contract expects: it waits until an operator releases it
stopped      the gate stopped it: kept, counted, not used
refused      could not be opened, or is not what it says: nothing of it was used
repeated     the same contents came before: nothing was done
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """What became of an arrival. It does not change when a later delivery replaces this one."""

    LINKED = "linked"
    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"
    STOPPED = "stopped"
    REFUSED = "refused"
    REPEATED = "repeated"


OPENED = (Status.LINKED, Status.ACCEPTED, Status.QUARANTINED, Status.STOPPED)
"""Statuses of a delivery whose tables are in the lake."""


@dataclass(frozen=True)
class Delivery:
    """One row of the register.

    Attributes:
        arrival, arrival_digest: the folder in the inbox, and its contents.
        status: what became of it (`Status`).
        reason: of one that is or was in quarantine, or is stopped, refused or repeated: why, for people.
        replaces: id of the supplier's earlier delivery whose place this one takes; empty for none.
        repeats: of one that is repeated: the arrival that brought the same contents first.
        accounts: what the supplier's signed manifest says of rows and cents, by table.
        checks: the gate's report, once it has judged.
        acknowledged: whether the TTP was told that it was opened.
        released_on: of one that was in quarantine: the business date from which an operator lets it count.

    What the manifest says (id, contract, supplier, period, persons and so on) is empty when its signature
    could not be verified; `delivered_on` is then what it claims.
    """

    arrival: str
    arrival_digest: str
    status: str
    delivery_id: str | None = None
    reason: str = ""
    contract: str | None = None
    supplier: str | None = None
    period: str | None = None
    replaces: str = ""
    repeats: str = ""
    delivered_on: dt.date | None = None
    manifest_digest: str | None = None
    pseudonym_label: str | None = None
    persons: int | None = None
    accounts: dict[str, Any] = field(default_factory=dict)
    checks: dict[str, Any] | None = None
    acknowledged: bool = False
    released_on: dt.date | None = None

    @property
    def scope(self) -> str:
        """The catalogue's scope of this delivery's tables."""
        return f"delivery/{self.delivery_id}"

    @property
    def place(self) -> tuple[str | None, str | None, str | None]:
        """Contract, supplier and period: what one delivery fills, and another may take over."""
        return (self.contract, self.supplier, self.period)

    @property
    def file_refs(self) -> frozenset[str]:
        """The supplier's keyed references to the files it was made of."""
        files = (file for account in self.accounts.values() for file in account.get("files", ()))
        return frozenset(str(file["file_ref"]) for file in files)

    def total(self, figure: str) -> int:
        """A figure of the accounts, such as `rows_accepted` or `cents_rejected`, over all tables."""
        return sum(int(account.get(figure, 0)) for account in self.accounts.values())

    def status_on(self, business_date: dt.date) -> str:
        """Its status as the night of this date sees it: before it was released it was in quarantine."""
        if self.released_on is not None and business_date < self.released_on:
            return Status.QUARANTINED
        return self.status

    def came_up_to(self, business_date: dt.date) -> bool:
        """Whether the night of this date sees it; what does not say when it was delivered is seen at once."""
        return self.delivered_on is None or self.delivered_on <= business_date
