"""Take one delivery in: verify, open, link, and publish its tables together with its row in the register.

Whatever is wrong with a delivery ends in one refusal with its reason; nothing of it is used, and the
other deliveries of the night go on. One whose contents came before is told apart, and changes nothing. Rows
without a pseudonym stay, with an empty `pid`, so that accepted rows and cents are always linked plus unlinked ones.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import polars as pl
import sqlalchemy as sa

from pipeline.canonical import canonical_table
from pipeline.deliveries import Arrival, Delivery, Register, Status, arrival_named
from pipeline.deliveries.repeats import first_with_the_same, is_copy_beside_original
from pipeline.deliveries.standing import refuse_foreign_place
from pipeline.errors import DeliveryRefusedError, OcmoError
from pipeline.home import OcmoHome
from pipeline.lake import Lake, open_lake
from pipeline.linkage.own_agreements import require_agreements
from pipeline.linkage.own_period import refuse_other_period
from pipeline.linkage.signed_accounts import require_shape, require_true
from pseudonymisation.agreement import Agreement
from pseudonymisation.agreements import read_under
from pseudonymisation.errors import OWN_FAULTS, PseudonymisationError, SignatureRefusedError
from pseudonymisation.keys import KeyRing
from pseudonymisation.manifest import TableCount, TablesManifest
from pseudonymisation.recipient import open_delivery, read_manifest

WAITING, KNOWN = "waiting", "known"
"""Outcomes that leave no row in the register: the other half has not come; it was tried before."""
NO_MAP = "The TTP's map has not come yet."
MEANWHILE = "Another night took this arrival in meanwhile."


@dataclass(frozen=True)
class TakeIn:
    """What came of one arrival: `linked`, `refused`, `repeated`, `known`, or `waiting` for its other half."""

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
    lake = open_lake(home)
    register = Register(lake.catalogue.engine)
    row = Delivery(name, arrival.digest, Status.REFUSED, delivered_on=arrival.delivered_on)
    if register.has_tried(name, row.arrival_digest):
        return TakeIn(name, KNOWN, "This arrival was tried before; nothing changed.")
    try:
        agreement, manifest = read_under(
            home.agreements, lambda agreed: read_manifest(arrival.tables_folder, agreed)
        )
        row = _told(row, manifest, agreement)
        told = require_shape(manifest.accounts, supplier=manifest.supplier, where=manifest.delivery)
        row = replace(row, accounts=told)
        if repeated := _repeated(arrival, register, row):
            return repeated
        if arrival.map_folder is None:
            return TakeIn(name, WAITING, NO_MAP)
        refuse_foreign_place(row, register.all())
        linked, tables = _open(home, arrival, agreement, register, row)
    except OWN_FAULTS:  # no delivery is refused for what is wrong with our own keys or agreements
        raise
    except SignatureRefusedError as error:
        require_agreements(home)
        return _refused(arrival, register, row, error)
    except (PseudonymisationError, OcmoError) as error:
        return _refused(arrival, register, row, error)
    if _publish(lake, register, linked, tables):
        return TakeIn(name, Status.LINKED)
    return _repeated(arrival, register, row) or TakeIn(
        name, KNOWN, "Another night took this arrival in meanwhile."
    )


def _refused(
    arrival: Arrival, register: Register, row: Delivery, error: PseudonymisationError | OcmoError
) -> TakeIn:
    """The refusal, entered in the register.

    Unless another night was quicker, with this arrival or a copy of it: to this one the delivery is then a replay.
    """
    if arrival.map_folder is None:
        return TakeIn(row.arrival, WAITING, NO_MAP)
    if register.has_tried(row.arrival, row.arrival_digest):
        return TakeIn(row.arrival, KNOWN, MEANWHILE)
    if row.manifest_digest and (repeated := _repeated(arrival, register, row)):
        return repeated
    register.insert(replace(row, reason=str(error)))
    return TakeIn(row.arrival, Status.REFUSED, str(error), getattr(error, "kind", ""))


def _told(row: Delivery, manifest: TablesManifest, agreement: Agreement) -> Delivery:
    """An arrival's row with what its manifest says, whose signature was verified; but for the accounts."""
    return replace(
        row,
        delivery_id=manifest.delivery,
        contract=manifest.contract,
        supplier=manifest.supplier,
        period=manifest.period,
        replaces=manifest.replaces,
        delivered_on=manifest.delivered_on,
        manifest_digest=manifest.digest,
        pseudonym_label=agreement.label,
        persons=manifest.persons,
    )


def _repeated(arrival: Arrival, register: Register, row: Delivery) -> TakeIn | None:
    """When the contents of an arrival came before, or lie beside it under their own name: that, entered."""
    if is_copy_beside_original(arrival, str(row.delivery_id)):
        return _enter_repeated(register, row, str(row.delivery_id))
    first = first_with_the_same(row, register.all())
    if first is None or (first.arrival, first.arrival_digest) == (row.arrival, row.arrival_digest):
        return None
    return _enter_repeated(register, row, first.arrival)


def _enter_repeated(register: Register, row: Delivery, first: str) -> TakeIn:
    reason = f"The same contents came before, as {first}; nothing changed."
    register.insert(replace(row, status=Status.REPEATED, reason=reason, repeats=first))
    return TakeIn(row.arrival, Status.REPEATED, reason)


def _open(
    home: OcmoHome, arrival: Arrival, agreement: Agreement, register: Register, row: Delivery
) -> tuple[Delivery, dict[str, pl.DataFrame]]:
    """The delivery's row as linked, and its tables in the lake's shape."""
    assert arrival.map_folder is not None  # noqa: S101 - take_in has looked
    opened = open_delivery(
        arrival.tables_folder,
        arrival.map_folder,
        agreement=agreement,
        ring=KeyRing.open(home.keys),
        already_seen=register.has_seen,
    )
    said = opened.manifest.tables
    tables = {
        table: _linked(table, frame, row, said[table]) for table, frame in sorted(opened.tables.items())
    }
    supplier, where = str(row.supplier), str(row.delivery_id)
    require_true(row.accounts, tables, supplier=supplier, where=where)
    refuse_other_period(tables, period=str(row.period), supplier=supplier, where=where)
    return replace(row, status=Status.LINKED, persons=opened.persons), tables


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
    return frame.with_columns(delivery_id=pl.lit(row.delivery_id)).select(*table.raw_schema)


def _publish(lake: Lake, register: Register, row: Delivery, tables: dict[str, pl.DataFrame]) -> bool:
    """Publish a delivery's tables and its row together; false when another night has done so meanwhile."""
    entered: list[str] = []

    def enter(connection: sa.engine.Connection) -> None:
        register.insert(row, connection)
        entered.append(row.arrival)

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
            row.scope, row.delivered_on or dt.date.min, row.manifest_digest or "", files, also=enter
        )
    return bool(entered)
