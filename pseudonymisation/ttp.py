"""The trusted third party's side: pre-pseudonyms in, pseudonyms out, and nothing else seen.

It knows tickets and pre-pseudonyms, one row per person: no BSN, for it lacks k_S, and no care or money.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from pseudonymisation.agreement import Agreement
from pseudonymisation.audit import AuditLog
from pseudonymisation.audit_entries import entry_of, heads_of
from pseudonymisation.blobs import (
    TICKET,
    TICKET_BYTES,
    in_ticket_order,
    open_table,
    require_columns,
    seal_table,
)
from pseudonymisation.dropfolder import fresh_part, part_of, publish, storing
from pseudonymisation.engine import PRE_PSEUDONYM_BYTES, engine
from pseudonymisation.errors import PseudonymisationError, ReplayRefusedError
from pseudonymisation.keys import KeyRing
from pseudonymisation.manifest import IDENTIFIERS, MAP, IdentifiersManifest, MapManifest, shared_fields
from pseudonymisation.seen import SeenStore
from pseudonymisation.signing import is_signed, read_signed, write_signed
from pseudonymisation.today import Today

_CHUNK_ROWS = 500_000


@dataclass(frozen=True)
class TtpReceipt:
    """What was processed. `resumed` when an earlier run had made the map already."""

    delivery_id: str
    supplier: str
    contract: str
    epoch: int
    period: str
    delivered_on: date
    persons: int
    manifest_digest: str
    map_folder: Path
    resumed: bool


def process(
    folder: Path,
    *,
    agreement: Agreement,
    ring: KeyRing,
    seen: SeenStore,
    outbox: Path,
    audit: AuditLog | None = None,
    today: Today | None = None,
) -> TtpReceipt:
    """Turn one delivery's pre-pseudonyms into the map that the OCMO opens it with.

    The map `<outbox>/<delivery_id>.map/` appears whole. Killed at any point and run again: the first
    complete map wins, and the delivery counts as seen just before its map appears.

    Args:
        folder: the delivery's folder in the TTP's inbox.
        agreement: the TTP's copy of the contract's agreement.
        ring: the TTP's key ring.
        seen: the TTP's memory of processed deliveries.
        outbox: drop folder towards the OCMO.
        audit: the TTP's audit log, which gets a line; its head goes out with the map.
        today: the day of the round; without it any date of delivery is taken.

    Raises:
        AgreementError: when the ring is not the agreement's.
        DeliveryIncompleteError, SignatureRefusedError, ManifestRefusedError: see `signing.read_signed`.
        ReplayRefusedError, LiveDeliveryRefusedError, CanaryMismatchError: see `SeenStore.refuse_repeat`.
        AheadOfDateError: when it is dated after today.
        BatchRefusedError: when there are fewer or more persons than agreed.
        BlobRefusedError: when a blob is not what the manifest says.
        StorageError: when the outbox or the TTP's home cannot be written to.
    """
    agreement.require_identity(ring.identity, agreement.ttp)
    manifest = read_signed(folder, IdentifiersManifest, agreement=agreement, signers=agreement.suppliers)
    if today is not None:
        today.require_past(manifest)
    map_folder = outbox / f"{manifest.delivery}.map"
    with storing(agreement.ttp.name, map_folder), seen.exclusive():
        if _is_map_of(map_folder, manifest, agreement):
            if not seen.knows(manifest.digest):
                seen.record(manifest)
            return _receipt(manifest, map_folder, resumed=True)
        unpublished = _is_map_of(part_of(map_folder), manifest, agreement)
        if not (unpublished and seen.knows(manifest.digest)):
            seen.refuse_repeat(manifest)
            _refuse_foreign_map(map_folder, manifest)
            if not unpublished:
                _write_map(folder, map_folder, manifest, agreement, ring, audit)
            seen.record(manifest)
        publish(map_folder)
    return _receipt(manifest, map_folder, resumed=unpublished)


def _is_map_of(folder: Path, manifest: IdentifiersManifest, agreement: Agreement) -> bool:
    """Whether a folder holds our complete map for exactly this delivery."""
    if not is_signed(folder):
        return False
    try:
        answer = read_signed(folder, MapManifest, agreement=agreement, signers=[agreement.ttp])
    except PseudonymisationError:
        return False
    return answer.identifiers_digest == manifest.digest


def _refuse_foreign_map(map_folder: Path, manifest: IdentifiersManifest) -> None:
    if map_folder.exists():
        raise ReplayRefusedError(
            "There is already a map of this name, for another delivery",
            where=manifest.delivery,
            remedy=f"{manifest.supplier} must seal the delivery under an id that nobody used.",
        )


def _pseudonyms(
    folder: Path, manifest: IdentifiersManifest, agreement: Agreement, ring: KeyRing
) -> pl.DataFrame:
    """One row per person: ticket, pid; shuffled."""
    agreement.require_batch(manifest.persons, manifest.delivery)
    context = agreement.context(IDENTIFIERS, manifest.supplier, manifest.delivery)
    identifiers = open_table(folder, IDENTIFIERS, manifest.blobs, ring=ring, context=context)
    require_columns(identifiers, {TICKET: TICKET_BYTES, "pre": PRE_PSEUDONYM_BYTES}, folder, context)
    pid = engine(agreement.engine).pseudonyms(ring, agreement.scope, identifiers["pre"])
    return in_ticket_order(pl.DataFrame({TICKET: identifiers[TICKET], "pid": pid}))


def _write_map(
    folder: Path,
    map_folder: Path,
    manifest: IdentifiersManifest,
    agreement: Agreement,
    ring: KeyRing,
    audit: AuditLog | None,
) -> None:
    """The part folder of the map, complete and signed; nothing is written when anything is refused."""
    answer = _pseudonyms(folder, manifest, agreement, ring)
    part = fresh_part(map_folder)
    blobs = seal_table(
        part,
        MAP,
        answer,
        sealing_key=agreement.ocmo.sealing_bytes,
        context=agreement.context(MAP, manifest.supplier, manifest.delivery),
        chunk_rows=_CHUNK_ROWS,
    )
    signed = MapManifest(
        **shared_fields(manifest),
        persons=answer.height,
        blobs=blobs,
        ttp=agreement.ttp.name,
        identifiers_digest=manifest.digest,
        audit_head=_logged(audit, manifest),
    )
    write_signed(part, signed, ring)


def _logged(audit: AuditLog | None, manifest: IdentifiersManifest) -> str:
    """The head of the TTP's audit log with the line for this delivery; empty when it keeps none."""
    if audit is None:
        return ""
    entry = entry_of(
        "map",
        manifest,
        counts={"persons": manifest.persons},
        digests={"halves": manifest.halves_digest, "identifiers": manifest.digest},
        heads=heads_of(manifest),
    )
    return audit.append_once(entry)


def _receipt(manifest: IdentifiersManifest, map_folder: Path, *, resumed: bool) -> TtpReceipt:
    return TtpReceipt(
        delivery_id=manifest.delivery,
        supplier=manifest.supplier,
        contract=manifest.contract,
        epoch=manifest.epoch,
        period=manifest.period,
        delivered_on=manifest.delivered_on,
        persons=manifest.persons,
        manifest_digest=manifest.digest,
        map_folder=map_folder,
        resumed=resumed,
    )
