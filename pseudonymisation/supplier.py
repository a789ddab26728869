"""The supplier's side: one delivery sealed into two halves that only fit each other.

The TTP gets {ticket, pre-pseudonym}, one row per person; the OCMO gets the tables with the ticket in
place of the BSN.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from pseudonymisation.agreement import Agreement
from pseudonymisation.dropfolder import exclusive, lock_of, part_of, publish
from pseudonymisation.errors import DeliveryExistsError, TableRefusedError
from pseudonymisation.halves import Sealing, draw_tickets, refuse_tables, write_halves
from pseudonymisation.identity import require_name
from pseudonymisation.keys import KeyRing
from pseudonymisation.manifest import TableCount, TablesManifest
from pseudonymisation.signing import is_signed, read_signed

_CHUNK_ROWS = 500_000


@dataclass(frozen=True)
class Delivery:
    """Which delivery this is. The id must be unique among all suppliers: begin it with the supplier's name.

    `period` is the period that the data are about ("2025"); `delivered_on` the business date; `replaces`
    the supplier's own earlier delivery for that period whose place this one takes, whole.
    """

    delivery_id: str
    supplier: str
    contract: str
    period: str
    delivered_on: date
    replaces: str = ""


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
    tables: Mapping[str, pl.DataFrame],
    schema_digests: Mapping[str, str],
    accounts: Mapping[str, object],
    ttp_outbox: Path,
    ocmo_outbox: Path,
    impersonal: Collection[str] = (),
    chunk_rows: int = _CHUNK_ROWS,
) -> SealReceipt:
    """Seal a delivery for the TTP and the OCMO; both halves appear whole, the TTP's first.

    Killed at any point and run again, it ends with one delivery: what was complete is published, what
    was not is made again. Two processes that seal the same delivery do so one after the other.

    Args:
        agreement: the supplier's copy of the contract's agreement.
        ring: the supplier's key ring, with the shared secret.
        delivery: which delivery this is.
        tables: by name; each that is about persons with a text column `bsn` of normalised numbers, and no
            other identifier. At least one of them is about persons.
        schema_digests: by table, what the supplier means by its columns.
        accounts: JSON-able; goes into manifest B as it is.
        ttp_outbox: drop folder towards the TTP; `<delivery_id>/` appears in it.
        ocmo_outbox: drop folder towards the OCMO, likewise.
        impersonal: the tables that are not about persons, and have no column `bsn`.
        chunk_rows: rows in one sealed blob.

    Raises:
        AgreementError: when ring, supplier or contract are not the agreement's.
        TableRefusedError: when a table lacks its column, its schema digest, or is no table name.
        NumberRefusedError: when a number cannot be a BSN or is not normalised.
        BatchRefusedError: when there are fewer or more persons than agreed.
        DeliveryExistsError: when this delivery id was sealed before with other contents, or is to replace
            itself.
    """
    _refuse_misfits(agreement, ring, delivery, chunk_rows)
    counts = _counts(tables, schema_digests, impersonal)
    refuse_tables(tables, impersonal, allow_test_numbers=agreement.allow_test_numbers)
    persons = draw_tickets(tables)
    agreement.require_batch(persons.height, delivery.delivery_id)
    promised = _promise(agreement, delivery, persons.height, counts, accounts)
    ttp_folder, ocmo_folder = ttp_outbox / delivery.delivery_id, ocmo_outbox / delivery.delivery_id
    with exclusive(lock_of(ocmo_folder)):
        manifest = _finish_earlier(promised, agreement, ring, ttp_folder, ocmo_folder)
        resumed = manifest is not None
        if manifest is None:
            sealing = Sealing(agreement, ring, promised, persons, tables, chunk_rows)
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
            remedy="Seal it under a new delivery id, and name the earlier one as replaced.",
        )
    agreement.require_contract(delivery.contract)
    agreement.require_identity(ring.identity, agreement.supplier(delivery.supplier))
    if chunk_rows < 1:
        raise ValueError("chunk_rows must be positive")


def _counts(
    tables: Mapping[str, pl.DataFrame], schema_digests: Mapping[str, str], impersonal: Collection[str]
) -> dict[str, TableCount]:
    if not tables or set(tables) != set(schema_digests):
        raise TableRefusedError(
            "The tables and the schema digests are not for the same tables",
            remedy="Give at least one table, and one schema digest for each.",
        )
    return {
        name: TableCount(frame.height, schema_digests[name], name not in impersonal)
        for name, frame in sorted(tables.items())
    }


def _promise(
    agreement: Agreement,
    delivery: Delivery,
    persons: int,
    tables: Mapping[str, TableCount],
    accounts: Mapping[str, object],
) -> TablesManifest:
    """Manifest B before anything is sealed."""
    return TablesManifest(
        engine=agreement.engine,
        suite=agreement.suite,
        contract=agreement.contract,
        epoch=agreement.epoch,
        key_version=agreement.key_version,
        supplier=delivery.supplier,
        delivery=delivery.delivery_id,
        period=delivery.period,
        replaces=delivery.replaces,
        delivered_on=delivery.delivered_on,
        persons=persons,
        tables=tables,
        # As JSON reads it back, so that it compares with what an earlier run wrote.
        accounts=json.loads(json.dumps(accounts, allow_nan=False)),
        blobs=(),
        identifier_blobs=(),
        table_blobs=(),
    )


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
        if replace(manifest, blobs=(), identifier_blobs=(), table_blobs=()) == promised:
            if place != ocmo_folder:
                publish(ocmo_folder)
            return manifest
    elif not ttp_folder.exists():
        return None
    raise DeliveryExistsError(
        "This delivery id was sealed before with other contents, or one of its halves was taken away",
        where=promised.delivery,
        remedy="Seal it under a new delivery id, and tell the TTP and the OCMO to drop the old one.",
    )
