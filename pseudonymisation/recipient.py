"""The OCMO's side: the supplier's tables and the TTP's map make records with pseudonyms.

The OCMO sees no BSN and no pre-pseudonym, and holds no key that made a pseudonym.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pseudonymisation.agreement import Agreement
from pseudonymisation.blobs import TICKET, TICKET_BYTES, open_table, require_columns
from pseudonymisation.engine import PSEUDONYM_BYTES
from pseudonymisation.errors import BlobRefusedError, ManifestRefusedError, ReplayRefusedError
from pseudonymisation.keys import KeyRing
from pseudonymisation.manifest import MAP, TABLES, MapManifest, TablesManifest, shared_fields
from pseudonymisation.signing import read_signed

PID = "pid"

_PERSON = "_person"
_ORDER_SEED = 1


@dataclass(frozen=True)
class OpenedDelivery:
    """A delivery with pseudonyms.

    Attributes:
        manifest: the supplier's manifest B.
        tables: by name; column `pid` first (16 bytes, null where the TTP gave none), then the
            supplier's columns; a table that is not about persons has no `pid`. The order of the rows says
            nothing of the supplier's order.
        persons: how many persons the TTP gave a pseudonym.
        label: what every column of these pseudonyms must carry.
    """

    manifest: TablesManifest
    tables: Mapping[str, pl.DataFrame] = field(repr=False)
    persons: int
    label: str


def read_manifest(folder: Path, agreement: Agreement) -> TablesManifest:
    """The supplier's manifest B, authentic and fitting the agreement; nothing is decrypted.

    Raises:
        DeliveryIncompleteError, SignatureRefusedError, ManifestRefusedError: see `signing.read_signed`.
    """
    return read_signed(folder, TablesManifest, agreement=agreement, signers=agreement.suppliers)


def read_map_manifest(folder: Path, agreement: Agreement) -> MapManifest:
    """The TTP's manifest C, likewise. Raises as `read_manifest`."""
    return read_signed(folder, MapManifest, agreement=agreement, signers=[agreement.ttp])


def open_delivery(
    tables_folder: Path,
    map_folder: Path,
    *,
    agreement: Agreement,
    ring: KeyRing,
    already_seen: Callable[[str, str], bool],
) -> OpenedDelivery:
    """Open both halves and join them by ticket.

    Args:
        tables_folder: the supplier's half, in the OCMO's inbox.
        map_folder: the TTP's answer to the other half.
        agreement: the OCMO's copy of the contract's agreement.
        ring: the OCMO's key ring.
        already_seen: called with delivery id and digest of manifest B; true when it was opened before.

    Raises:
        AgreementError: when the ring is not the agreement's.
        DeliveryIncompleteError, SignatureRefusedError: see `signing.read_signed`.
        ManifestRefusedError: also when the two folders are not halves of one delivery.
        ReplayRefusedError: when the delivery was opened before.
        BatchRefusedError: when there are fewer or more persons than agreed.
        BlobRefusedError: when a blob is not what its manifest says, or tickets do not meet.
    """
    agreement.require_identity(ring.identity, agreement.ocmo)
    manifest = read_manifest(tables_folder, agreement)
    answer = read_map_manifest(map_folder, agreement)
    _refuse_strangers(manifest, answer)
    if already_seen(manifest.delivery, manifest.digest):
        raise ReplayRefusedError(
            "A delivery with this id or these contents was opened before",
            where=manifest.delivery,
            remedy=f"{manifest.supplier} must seal a new delivery under a new id.",
        )
    agreement.require_batch(manifest.persons, manifest.delivery)
    pseudonyms = _open_map(map_folder, answer, agreement, ring)
    sealed = _open_tables(tables_folder, manifest, agreement, ring)
    joined = {
        name: frame.join(pseudonyms, on=TICKET, how="left")
        for name, frame in sealed.items()
        if manifest.tables[name].is_personal
    }
    _refuse_loose_tickets(joined, manifest, answer)
    tables = {
        name: _in_own_order(_without_tickets(joined[name]) if name in joined else frame)
        for name, frame in sealed.items()
    }
    return OpenedDelivery(manifest, tables, answer.persons, agreement.label)


def _refuse_strangers(manifest: TablesManifest, answer: MapManifest) -> None:
    """Raise ManifestRefusedError unless B and C say the same of the delivery, all blobs included."""
    theirs = shared_fields(answer)
    differing = sorted(name for name, value in shared_fields(manifest).items() if theirs[name] != value)
    if differing or answer.persons > manifest.persons:
        raise ManifestRefusedError(
            f"Tables and map are not halves of one delivery (differing: {', '.join(differing) or 'persons'})",
            where=manifest.delivery,
            remedy=f"{manifest.supplier} must seal a new delivery, and the TTP process that one.",
        )


def _open_map(folder: Path, answer: MapManifest, agreement: Agreement, ring: KeyRing) -> pl.DataFrame:
    context = agreement.context(MAP, answer.supplier, answer.delivery)
    pseudonyms = open_table(folder, MAP, answer.blobs, ring=ring, context=context)
    require_columns(pseudonyms, {TICKET: TICKET_BYTES, PID: PSEUDONYM_BYTES}, folder.name)
    return pseudonyms.with_row_index(_PERSON)


def _open_tables(
    folder: Path, manifest: TablesManifest, agreement: Agreement, ring: KeyRing
) -> dict[str, pl.DataFrame]:
    context = agreement.context(TABLES, manifest.supplier, manifest.delivery)
    tables = {}
    for name in sorted(manifest.tables):
        frame = open_table(folder, name, manifest.blobs, ring=ring, context=context)
        if not _tickets_are_right(frame, is_personal=manifest.tables[name].is_personal):
            raise BlobRefusedError(
                f"Table {name} does not carry tickets as its manifest says",
                where=folder.name,
                remedy=f"{manifest.supplier} must seal a new delivery with this version of the software.",
            )
        tables[name] = frame
    return tables


def _tickets_are_right(frame: pl.DataFrame, *, is_personal: bool) -> bool:
    """A ticket in every row of a table about persons, and none in another; nobody's pseudonym in either."""
    if {PID, _PERSON} & set(frame.columns):
        return False
    if not is_personal:
        return TICKET not in frame.columns
    return frame.schema.get(TICKET) == pl.Binary and not frame[TICKET].null_count()


def _refuse_loose_tickets(
    joined: Mapping[str, pl.DataFrame], manifest: TablesManifest, answer: MapManifest
) -> None:
    """Raise BlobRefusedError unless the tables hold the persons promised, and all whom the map names."""
    named = pl.concat([frame[_PERSON].drop_nulls() for frame in joined.values()]).n_unique()
    nameless = pl.concat([frame[TICKET].filter(frame[_PERSON].is_null()) for frame in joined.values()])
    persons = named + nameless.n_unique()
    if persons != manifest.persons or named != answer.persons:
        raise BlobRefusedError(
            f"The tables hold {persons} persons, {named} of them with a pseudonym; "
            f"the manifests say {manifest.persons} and {answer.persons}",
            where=manifest.delivery,
            remedy=f"{manifest.supplier} must seal a new delivery, and the TTP process that one.",
        )


def _without_tickets(joined: pl.DataFrame) -> pl.DataFrame:
    """Column pid first, no ticket."""
    return joined.select(PID, pl.exclude(PID, TICKET, _PERSON))


def _in_own_order(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows in an order made from their contents alone."""
    # Rows of equal hash are equal rows, so this is one order; sorting by all columns takes five times as long.
    return frame.sort(frame.hash_rows(seed=_ORDER_SEED))
