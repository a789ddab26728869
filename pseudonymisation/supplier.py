"""The supplier's side: one delivery sealed into two halves that only fit each other.

The TTP gets {ticket, pre-pseudonym}, one row per person; the OCMO gets the tables with the ticket in
place of the BSN.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pseudonymisation.agreement import Agreement
from pseudonymisation.audit import AuditLog, noting_refusal
from pseudonymisation.dropfolder import exclusive, lock_of, part_of, publish, storing
from pseudonymisation.errors import DeliveryExistsError
from pseudonymisation.halves import Sealing, Table, persons_of, write_halves
from pseudonymisation.identity import require_name
from pseudonymisation.keys import KeyRing
from pseudonymisation.manifest import TablesManifest
from pseudonymisation.promise import Delivery, promise, table_counts
from pseudonymisation.signing import is_signed, read_signed

__all__ = ["Delivery", "SealReceipt", "seal"]

_CHUNK_ROWS = 500_000


@dataclass(frozen=True)
class SealReceipt:
    """What was sealed. `resumed` when an earlier run had done, or begun, the same."""

    delivery_id: str
    persons: int
    rows: Mapping[str, int]
    manifest_digest: str
    ttp_folder: Path
    ocmo_folder: Path
    resumed: bool


def seal(
    *,
    agreement: Agreement,
    ring: KeyRing,
    delivery: Delivery,
    tables: Mapping[str, Table],
    schema_digests: Mapping[str, str],
    accounts: Mapping[str, object],
    ttp_outbox: Path,
    ocmo_outbox: Path,
    impersonal: Collection[str] = (),
    chunk_rows: int = _CHUNK_ROWS,
    audit: AuditLog | None = None,
) -> SealReceipt:
    """Seal a delivery for the TTP and the OCMO; both halves appear whole, the TTP's first.

    Killed at any point and run again, it ends with one delivery: what was complete is published, what
    was not is made again. Two processes that seal the same delivery do so one after the other.

    Args:
        agreement: the supplier's copy of the contract's agreement.
        ring: the supplier's key ring, with the shared secret.
        delivery: which delivery this is.
        tables: by name; each that is about persons with a text column `bsn` of normalised numbers, and no
            other identifier. At least one of them is about persons. A lazy one is read when its turn comes.
        schema_digests: by table, what the supplier means by its columns.
        accounts: JSON-able; goes into manifest B as it is.
        ttp_outbox: drop folder towards the TTP; `<delivery_id>/` appears in it.
        ocmo_outbox: drop folder towards the OCMO, likewise.
        impersonal: the tables that are not about persons, and have no column `bsn`.
        chunk_rows: rows in one sealed blob.
        audit: the supplier's audit log, which gets a line; its head goes out with both manifests.

    Raises:
        AgreementError: when ring, supplier or contract are not the agreement's.
        TableRefusedError: when a table lacks its column, its schema digest, or is no table name.
        NumberRefusedError: when a number cannot be a BSN or is not normalised.
        BatchRefusedError: when there are fewer or more persons than agreed.
        DeliveryExistsError: when this delivery id was sealed before with other contents, or is to replace
            itself.
        StorageError: when an outbox cannot be written to.
    """
    _refuse_misfits(agreement, ring, delivery, chunk_rows)
    with noting_refusal(audit, delivery.entry("seal", agreement)):
        counts = table_counts(tables, schema_digests, impersonal)
        persons = persons_of(tables, impersonal, allow_test_numbers=agreement.allow_test_numbers)
        agreement.require_batch(persons.height, delivery.delivery_id)
    promised = promise(agreement, delivery, persons.height, counts, accounts)
    sealing = Sealing(agreement, ring, promised, persons, tables, chunk_rows, audit)
    ttp_folder, ocmo_folder = ttp_outbox / delivery.delivery_id, ocmo_outbox / delivery.delivery_id
    with storing(delivery.supplier, ocmo_folder), exclusive(lock_of(ocmo_folder)):
        manifest = _finish_earlier(promised, agreement, ring, ttp_folder, ocmo_folder)
        resumed = manifest is not None
        if manifest is None:
            manifest = write_halves(sealing, ttp_folder, ocmo_folder)
            publish(ttp_folder)
            publish(ocmo_folder)
    return SealReceipt(
        delivery_id=manifest.delivery,
        persons=manifest.persons,
        rows=manifest.expected_rows,
        manifest_digest=manifest.digest,
        ttp_folder=ttp_folder,
        ocmo_folder=ocmo_folder,
        resumed=resumed,
    )


def _refuse_misfits(agreement: Agreement, ring: KeyRing, delivery: Delivery, chunk_rows: int) -> None:
    require_name(delivery.delivery_id, "delivery id")
    require_name(delivery.period, "period")
    if delivery.replaces:
        require_name(delivery.replaces, "delivery id of the one replaced")
    if delivery.replaces == delivery.delivery_id:
        raise DeliveryExistsError(
            "A delivery cannot replace itself",
            where=delivery.delivery_id,
            remedy=f"{delivery.supplier} must seal it under a new delivery id, and name the earlier one as replaced.",
        )
    agreement.require_contract(delivery.contract)
    agreement.require_identity(ring.identity, agreement.supplier(delivery.supplier))
    if chunk_rows < 1:
        raise ValueError("chunk_rows must be positive")


def _finish_earlier(
    promised: TablesManifest, agreement: Agreement, ring: KeyRing, ttp_folder: Path, ocmo_folder: Path
) -> TablesManifest | None:
    """What an earlier run of the same delivery made, published as far as it was not yet; else None.

    The TTP's half is published first, and both are complete before that. So while the TTP's half is
    unpublished nothing has left the house, and once it is, the OCMO's half only waits for its name.
    """
    if part_of(ttp_folder).exists() and not ttp_folder.exists():
        return None
    place = ocmo_folder if ocmo_folder.exists() else part_of(ocmo_folder)
    if is_signed(place):
        manifest = read_signed(place, TablesManifest, agreement=agreement, signers=[ring.identity])
        if replace(manifest, blobs=(), identifier_blobs=(), table_blobs=(), audit_head="") == promised:
            if place != ocmo_folder:
                publish(ocmo_folder)
            return manifest
    elif not ttp_folder.exists():
        return None
    raise DeliveryExistsError(
        "This delivery id was sealed before with other contents, or one of its halves was taken away",
        where=promised.delivery,
        remedy=f"{promised.supplier} must seal it under a new delivery id, and tell the TTP and the OCMO to drop "
        "the old one.",
    )
