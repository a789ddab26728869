"""What the OCMO says of a delivery it opened or refused: a line in its audit log, and an acknowledgement to the TTP.

Who is killed after a delivery was published, and before it was acknowledged, does it in the next night.
"""

from __future__ import annotations

import datetime as dt

from pipeline.deliveries import Arrival, Delivery, Register, arrival_named
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pseudonymisation.acknowledgement import acknowledge
from pseudonymisation.agreement import Agreement
from pseudonymisation.agreements import read_under
from pseudonymisation.audit import AuditLog, Entry
from pseudonymisation.audit_entries import entry_of, heads_of
from pseudonymisation.errors import OWN_FAULTS, DeliveryIncompleteError, PseudonymisationError
from pseudonymisation.identity import PublicIdentity, require_name
from pseudonymisation.keys import KeyRing
from pseudonymisation.manifest import NOT_USED
from pseudonymisation.recipient import OpenedDelivery, read_manifest, read_map_manifest


def audit_log(home: OcmoHome, identity: PublicIdentity) -> AuditLog:
    """The OCMO's audit log."""
    return AuditLog.of_home(home.root, identity)


def note_opened(home: OcmoHome, agreement: Agreement, opened: OpenedDelivery) -> None:
    """Write down that a delivery was opened, with the heads of the supplier's and the TTP's logs."""
    manifest, answer = opened.manifest, opened.answer
    entry = entry_of(
        "open",
        manifest,
        counts={"persons": manifest.persons, "rows": sum(manifest.expected_rows.values())},
        digests={
            "halves": manifest.halves_digest,
            "tables": manifest.digest,
            "identifiers": answer.identifiers_digest,
            "map": answer.digest,
        },
        heads=heads_of(manifest, answer),
    )
    audit_log(home, agreement.ocmo).append_once(entry)


def note_refused(home: OcmoHome, row: Delivery, kind: str) -> None:
    """Write down that an arrival was refused; of one whose signature nobody verified only its digest."""
    entry = Entry(
        action="open",
        result=kind or "refused",
        contract=row.contract or "",
        supplier=row.supplier or "",
        delivery=row.delivery_id or _nameable(row.arrival),
        on=row.delivered_on.isoformat() if row.delivered_on and row.manifest_digest else "",
        digests={"arrival": row.arrival_digest}
        | ({"tables": row.manifest_digest} if row.manifest_digest else {}),
    )
    _own_log(home).append_once(entry)


def note_released(home: OcmoHome, row: Delivery, on: dt.date, reason: str) -> None:
    """Write down that an operator let a delivery go that waited in quarantine.

    Raises:
        AuditError: when the reason holds what a log may not.
    """
    entry = Entry(
        action="release",
        contract=row.contract or "",
        supplier=row.supplier or "",
        delivery=row.delivery_id or "",
        on=on.isoformat(),
        digests={"tables": row.manifest_digest} if row.manifest_digest else {},
        reason=reason,
    )
    _own_log(home).append_once(entry)


def acknowledge_arrival(home: OcmoHome, arrival: Arrival, agreement: Agreement) -> None:
    """Tell the TTP that an arrival was opened, so that it forgets who was in it. Twice is as once.

    Raises:
        PseudonymisationError: when the map in the inbox is not the TTP's, or nothing can be written.
    """
    if arrival.map_folder is not None:
        ring = KeyRing.open(home.keys)
        log = audit_log(home, agreement.ocmo)
        acknowledge(arrival.map_folder, agreement=agreement, ring=ring, outbox=home.ttp_outbox, audit=log)


def acknowledge_linked(home: OcmoHome, register: Register, arrival: Arrival, agreement: Agreement) -> None:
    """The same for a delivery in the register, which then has it.

    Somebody's objection, carried out beside this, may have acknowledged it and taken it out of the inbox already.
    """
    try:
        acknowledge_arrival(home, arrival, agreement)
    except DeliveryIncompleteError:
        if arrival.name in {row.arrival for row in register.not_acknowledged()}:
            raise
    register.note_acknowledged(arrival.name)


def acknowledge_as_it_lies(home: OcmoHome, arrival: Arrival) -> bool:
    """The same, under the agreement that the map is of; false when it is gone, or no longer what the TTP signed."""
    if (map_folder := arrival.map_folder) is None:
        return False
    try:
        agreement, _ = read_under(home.agreements, lambda agreed: read_map_manifest(map_folder, agreed))
        acknowledge_arrival(home, arrival, agreement)
    except OWN_FAULTS:
        raise
    except PseudonymisationError:
        return False
    return True


def acknowledge_unused(home: OcmoHome, register: Register, arrival: Arrival, row: Delivery) -> None:
    """Tell the TTP that an arrival will not be used, so that it forgets who was in it. Twice is as once.

    Only of one whose halves are both authentic and of one sealing. What was opened before, of which this is a copy
    or a replay, was acknowledged as that.

    Raises:
        PseudonymisationError: when nothing can be written, or our own house is not in order (see `OWN_FAULTS`).
    """
    map_folder = arrival.map_folder
    is_known = register.has_seen(str(row.delivery_id), str(row.manifest_digest))
    if map_folder is None or arrival.name != row.delivery_id or is_known:
        return
    try:
        agreement, (said, answer) = read_under(
            home.agreements,
            lambda agreed: (
                read_manifest(arrival.tables_folder, agreed),
                read_map_manifest(map_folder, agreed),
            ),
        )
    except OWN_FAULTS:
        raise
    except PseudonymisationError:
        return
    if said.halves_digest == answer.halves_digest:
        ring, log = KeyRing.open(home.keys), audit_log(home, agreement.ocmo)
        outbox = home.ttp_outbox
        acknowledge(map_folder, agreement=agreement, ring=ring, outbox=outbox, audit=log, result=NOT_USED)


def acknowledge_left_over(home: OcmoHome) -> None:
    """Acknowledge what an earlier night opened and, killed, did not acknowledge.

    One whose map is gone from the inbox, or is no longer what the TTP signed, is left as it is.
    """
    register = Register(open_lake(home).catalogue.engine)
    for row in register.not_acknowledged():
        if acknowledge_as_it_lies(home, arrival_named(home.inbox, row.arrival)):
            register.note_acknowledged(row.arrival)


def _own_log(home: OcmoHome) -> AuditLog:
    """The OCMO's log; who it is stands in each of its agreements alike."""
    return audit_log(home, Agreement.load(min(home.agreements.glob("*.json"))).ocmo)


def _nameable(arrival: str) -> str:
    """A folder's name, when it can stand in a log."""
    try:
        return require_name(arrival, "folder")
    except PseudonymisationError:
        return ""
