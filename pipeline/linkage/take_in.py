"""Take one delivery in: verify, open, link, and publish its tables together with its row in the register.

Whatever is wrong with a delivery ends in one refusal with its reason; nothing of it is used, and the
other deliveries of the night go on. Rows without a pseudonym stay, with an empty `pid`, so that accepted
rows and cents are always linked plus unlinked ones.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from pipeline.canonical import canonical_table
from pipeline.deliveries import Arrival, Delivery, Register, Status, arrival_named
from pipeline.errors import DeliveryRefusedError, OcmoError
from pipeline.home import OcmoHome
from pipeline.lake import Lake, open_lake
from pseudonymisation.agreements import read_under
from pseudonymisation.errors import OWN_FAULTS, PseudonymisationError
from pseudonymisation.keys import KeyRing
from pseudonymisation.manifest import TableCount
from pseudonymisation.recipient import OpenedDelivery, open_delivery, read_manifest


@dataclass(frozen=True)
class TakeIn:
    """What came of one arrival: `linked`, `refused`, or `waiting` for its other half."""

    arrival: str
    outcome: str
    reason: str = ""
    kind: str = ""
    """Of a refusal: what kind of fault it was, as the exit codes have it."""


def take_in(home: OcmoHome, name: str) -> TakeIn:
    """Open the arrival `name` and publish its raw tables, or record why not.

    Raises:
        PseudonymisationError: when the OCMO's own key ring or agreements cannot be used (see `OWN_FAULTS`).
    """
    arrival = arrival_named(home.inbox, name)
    if arrival.map_folder is None:
        return TakeIn(name, "waiting", "The TTP's map has not come yet.")
    lake = open_lake(home)
    register = Register(lake.catalogue.engine)
    ring, arrival_digest = KeyRing.open(home.keys), arrival.digest
    if register.has_tried(name, arrival_digest):
        return TakeIn(name, "known", "This arrival was tried before; nothing changed.")
    try:
        opened = _open(home, arrival, ring, register)
        row = _entry(arrival, arrival_digest, opened)
        tables = {
            table: _linked(table, frame, row, opened.manifest.tables[table])
            for table, frame in sorted(opened.tables.items())
        }
    except OWN_FAULTS:  # no delivery is refused for what is wrong with our own keys or agreements
        raise
    except (PseudonymisationError, OcmoError) as error:
        register.insert(_refusal(arrival, arrival_digest, str(error)))
        return TakeIn(name, Status.REFUSED, str(error), getattr(error, "kind", ""))
    _publish(lake, register, row, tables)
    return TakeIn(name, Status.LINKED)


def _open(home: OcmoHome, arrival: Arrival, ring: KeyRing, register: Register) -> OpenedDelivery:
    assert arrival.map_folder is not None  # noqa: S101 - take_in has looked
    agreement, _ = read_under(home.agreements, lambda agreed: read_manifest(arrival.tables_folder, agreed))
    return open_delivery(
        arrival.tables_folder,
        arrival.map_folder,
        agreement=agreement,
        ring=ring,
        already_seen=register.has_seen,
    )


def _entry(arrival: Arrival, arrival_digest: str, opened: OpenedDelivery) -> Delivery:
    manifest = opened.manifest
    return Delivery(
        arrival=arrival.name,
        arrival_digest=arrival_digest,
        status=Status.LINKED,
        delivery_id=manifest.delivery,
        contract=manifest.contract,
        supplier=manifest.supplier,
        period=manifest.period,
        delivered_on=manifest.delivered_on,
        manifest_digest=manifest.digest,
        pseudonym_label=opened.label,
        persons=opened.persons,
        accounts=dict(manifest.accounts),
    )


def _refusal(arrival: Arrival, arrival_digest: str, reason: str) -> Delivery:
    return Delivery(
        arrival=arrival.name,
        arrival_digest=arrival_digest,
        status=Status.REFUSED,
        reason=reason,
        delivered_on=arrival.delivered_on,
    )


def _linked(name: str, frame: pl.DataFrame, row: Delivery, counted: TableCount) -> pl.DataFrame:
    """A delivered table in the lake's shape: pseudonym (of a person) and delivery, then the canonical columns."""
    table = canonical_table(name)
    if counted.schema_digest != table.schema_digest or counted.is_personal != table.is_personal:
        raise DeliveryRefusedError(
            f"The supplier means another table by '{name}' than the OCMO does",
            where=row.arrival,
            remedy="Supplier and OCMO must use the same edition of the canonical tables; then seal it again.",
        )
    table.require(frame.drop("pid", strict=False), where=row.arrival)
    return frame.with_columns(delivery_id=pl.lit(row.delivery_id)).select(table.raw_schema)


def _publish(lake: Lake, register: Register, row: Delivery, tables: dict[str, pl.DataFrame]) -> None:
    with lake.writing():
        files = [
            lake.write_frame(
                f"raw_{name}",
                frame,
                sort_by=["pid" if key == "person" else key for key in canonical_table(name).key],
                label=row.pseudonym_label or "",
            )
            for name, frame in tables.items()
        ]
        lake.catalogue.publish(
            row.scope,
            row.delivered_on or dt.date.min,
            row.manifest_digest or "",
            files,
            also=lambda connection: register.insert(row, connection),
        )
