"""Take one delivery in: verify, open, link, and publish its tables together with its row in the register.

Whatever is wrong with a delivery ends in one refusal with its reason; nothing of it is used, and the
other deliveries of the night go on. One whose contents came before is told apart, and changes nothing. Every row
about a person has a pseudonym; those of persons who objected are counted and go no further than this.

An objection comes by the same way and is carried out here (`objection`); identifiers for a rotation, and whatever
is of the next epoch, wait until the rotation is applied (`rotation`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from pipeline.canonical import canonical_table
from pipeline.deliveries import Arrival, Delivery, Register, Status, arrival_named
from pipeline.deliveries.repeats import first_with_the_same, is_copy_beside_original
from pipeline.deliveries.standing import refuse_foreign_place
from pipeline.errors import DeliveryRefusedError, OcmoError, SettingsError
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pipeline.linkage.acknowledging import acknowledge_linked, acknowledge_unused, note_opened, note_refused
from pipeline.linkage.objection import carry_out
from pipeline.linkage.own_agreements import is_of_now, require_agreements
from pipeline.linkage.own_period import refuse_other_period
from pipeline.linkage.publishing import discard_with_blocked, publish
from pipeline.linkage.rotation_map import refuse_late
from pipeline.linkage.signed_accounts import require_shape, require_true
from pseudonymisation.agreement import Agreement
from pseudonymisation.agreements import read_under
from pseudonymisation.dropfolder import storing
from pseudonymisation.errors import (
    OWN_FAULTS,
    BlobRefusedError,
    DeliveryIncompleteError,
    ManifestRefusedError,
    PseudonymisationError,
    SignatureRefusedError,
)
from pseudonymisation.keys import KeyRing
from pseudonymisation.manifest import TableCount, TablesManifest
from pseudonymisation.objection import is_objection
from pseudonymisation.recipient import open_delivery, read_manifest
from pseudonymisation.rotation import is_rotation

WAITING, KNOWN = "waiting", "known"
"""Outcomes that leave no row in the register: the other half has not come; it was tried before."""
NO_MAP = "The TTP's map has not come yet."
MEANWHILE = "Another night took this arrival in meanwhile."
MENDED_BY_TRANSPORT = (
    DeliveryIncompleteError,
    SignatureRefusedError,
    ManifestRefusedError,
    BlobRefusedError,
)
"""Refusals that a folder transported again may undo; of all others the TTP need keep nothing."""
CARRIED_OUT = "carried out"
"""Outcome of an objection. It leaves no row either: the list of who objected has it."""
FOR_ROTATION = (
    "It is for a rotation: `ocmo rotation show` says what is waited for, `ocmo rotation apply` goes on."
)
NOT_OF_NOW = (
    "It is of another epoch than the lake: `ocmo rotation apply` goes on, or finishes what is left of it."
)


@dataclass(frozen=True)
class TakeIn:
    """What came of one arrival: `linked`, `refused`, `repeated`, `known`, `carried out`, or `waiting` for something."""

    arrival: str
    outcome: str
    reason: str = ""
    kind: str = ""
    """Of a refusal: what kind of fault it was, as the exit codes have it."""


def take_in(home: OcmoHome, name: str) -> TakeIn:
    """Open the arrival `name` and publish its raw tables, or record why not.

    Raises:
        PseudonymisationError: when the OCMO's own key ring or agreements cannot be used (see `OWN_FAULTS`).
        SettingsError: when its register or its list of who objected cannot be used.
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
        if is_rotation(manifest):
            refuse_late(home, name, agreement, manifest)
            return TakeIn(name, WAITING, FOR_ROTATION)
        if not is_of_now(home, agreement.contract, agreement.label):
            return TakeIn(name, WAITING, NOT_OF_NOW)
        if is_objection(manifest):
            return _objection(home, arrival, agreement)
        told = require_shape(manifest.accounts, supplier=manifest.supplier, where=manifest.delivery)
        row = replace(row, accounts=told)
        if repeated := _repeated(home, arrival, register, row):
            return repeated
        if arrival.map_folder is None:
            return TakeIn(name, WAITING, NO_MAP)
        refuse_foreign_place(row, register.all())
        linked, tables = _open(home, arrival, agreement, register, row)
    except (*OWN_FAULTS, SettingsError):  # no delivery is refused for what is wrong in our own house
        raise
    except SignatureRefusedError as error:
        require_agreements(home)
        return _refused(home, arrival, register, row, error)
    except (PseudonymisationError, OcmoError) as error:
        return _refused(home, arrival, register, row, error)
    with storing(agreement.ocmo.name, home.lake):
        is_published = publish(home, lake, register, linked, tables)
    if is_published:
        acknowledge_linked(home, register, arrival, agreement)
        discard_with_blocked(home, arrival, linked)
        return TakeIn(name, Status.LINKED)
    if not is_of_now(home, agreement.contract, agreement.label):
        return TakeIn(name, WAITING, NOT_OF_NOW)
    return _repeated(home, arrival, register, row) or TakeIn(name, KNOWN, MEANWHILE)


def _objection(home: OcmoHome, arrival: Arrival, agreement: Agreement) -> TakeIn:
    if arrival.map_folder is None:
        return TakeIn(arrival.name, WAITING, NO_MAP)
    persons = carry_out(home, arrival, agreement)
    if persons is None:
        return TakeIn(arrival.name, WAITING, NOT_OF_NOW)
    return TakeIn(arrival.name, CARRIED_OUT, f"{persons:,} persons objected; nobody of them is in the lake.")


def _refused(
    home: OcmoHome,
    arrival: Arrival,
    register: Register,
    row: Delivery,
    error: PseudonymisationError | OcmoError,
) -> TakeIn:
    """The refusal, entered in the register.

    Unless another night was quicker, with this arrival or a copy of it: to this one the delivery is then a replay.
    """
    if arrival.map_folder is None:
        return TakeIn(row.arrival, WAITING, NO_MAP)
    if register.has_tried(row.arrival, row.arrival_digest):
        return TakeIn(row.arrival, KNOWN, MEANWHILE)
    if row.manifest_digest and (repeated := _repeated(home, arrival, register, row)):
        return repeated
    note_refused(home, row, getattr(error, "kind", ""))
    if row.manifest_digest and not isinstance(error, MENDED_BY_TRANSPORT):
        acknowledge_unused(home, register, arrival, row)
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


def _repeated(home: OcmoHome, arrival: Arrival, register: Register, row: Delivery) -> TakeIn | None:
    """When the contents of an arrival came before, or lie beside it under their own name: that, entered."""
    if is_copy_beside_original(arrival, str(row.delivery_id)):
        return _enter_repeated(register, row, str(row.delivery_id))
    first = first_with_the_same(row, register.all())
    if first is None or (first.arrival, first.arrival_digest) == (row.arrival, row.arrival_digest):
        return None
    acknowledge_unused(home, register, arrival, row)
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
    note_opened(home, agreement, opened)  # nothing refuses it from here on; nothing of it is published yet
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
