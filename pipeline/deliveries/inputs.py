"""Which raw tables a night's figures are made of."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pipeline.canonical import canonical_tables
from pipeline.deliveries.delivery import Delivery
from pipeline.deliveries.register import Register
from pipeline.errors import NoDataError, ReconciliationError
from pipeline.lake import Lake, Snapshot, Step


@dataclass(frozen=True)
class RawInputs:
    """The deliveries of one contract that count on a business date, and their published tables."""

    deliveries: tuple[Delivery, ...]
    snapshots: tuple[Snapshot, ...]
    label: str

    @property
    def digests(self) -> list[tuple[str, dict[str, str]]]:
        """Content digests by delivery: what the claims step is a function of."""
        return [(snapshot.scope, snapshot.digests) for snapshot in self.snapshots]

    def see(self, step: Step, *tables: str) -> None:
        """Let a step see raw tables: all deliveries together; a table nobody delivered is empty."""
        for name, table in canonical_tables().items():
            if f"raw_{name}" in tables:
                files = [f for snapshot in self.snapshots for f in snapshot.files if f.table == f"raw_{name}"]
                step.see(f"raw_{name}", [step.lake.path(file) for file in files], table.raw_schema)


def raw_inputs(lake: Lake, contract: str, business_date: dt.date) -> RawInputs:
    """The raw tables that the night of `business_date` may use for `contract`.

    Raises:
        NoDataError: when no delivery was accepted up to that date.
        ReconciliationError: when deliveries carry pseudonyms of different epochs, which never match.
    """
    deliveries = Register(lake.catalogue.engine).accepted(contract, business_date)
    if not deliveries:
        raise NoDataError(
            f"No delivery for contract {contract} was accepted up to {business_date}",
            remedy="Give a later business date, or look at `ocmo deliveries list` for what was refused.",
        )
    labels = sorted({str(d.pseudonym_label) for d in deliveries})
    if len(labels) > 1:
        raise ReconciliationError(
            f"Deliveries of contract {contract} carry pseudonyms of different epochs ({', '.join(labels)})",
            remedy="Finish the rotation to the new epoch before running a night.",
        )
    snapshots = [lake.catalogue.current(d.scope) for d in deliveries]
    return RawInputs(tuple(deliveries), tuple(s for s in snapshots if s is not None), labels[0])
