"""The OCMO's side: the supplier's tables and the TTP's map make records with pseudonyms.

The OCMO sees no BSN and no pre-pseudonym, and holds no key that made a pseudonym.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from pseudonymisation.agreement import Agreement
from pseudonymisation.blobs import TICKET, TICKET_BYTES, in_one_piece, open_table, require_columns
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
        answer: the TTP's manifest C.
        tables: by name; column `pid` first (16 bytes, never null), then the supplier's columns; a table that is
            not about persons has no `pid`. The order of the rows says nothing of the supplier's order.
        persons: how many persons there are.
        label: what every column of these pseudonyms must carry.
    """

    manifest: TablesManifest
    answer: MapManifest
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
        BlobRefusedError: when a blob is not what its manifest says, or a ticket of either side is not on the
            other.
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
    persons = _open_map(map_folder, answer, agreement, ring)
    sealed = _open_tables(tables_folder, manifest, agreement, ring, persons)
    _refuse_loose_tickets(sealed, manifest, persons.height)
    tables = {name: _in_own_order(frame, persons[PID]) for name, frame in sealed.items()}
    return OpenedDelivery(manifest, answer, tables, answer.persons, agreement.label)


def _refuse_strangers(manifest: TablesManifest, answer: MapManifest) -> None:
    """Raise ManifestRefusedError unless B and C say the same of the delivery, all blobs and persons included."""
    ours = shared_fields(manifest) | {"persons": manifest.persons}
    theirs = shared_fields(answer) | {"persons": answer.persons}
    differing = sorted(name for name, value in ours.items() if theirs[name] != value)
    if differing:
        raise ManifestRefusedError(
            f"Tables and map are not halves of one delivery (differing: {', '.join(differing)})",
            where=manifest.delivery,
            remedy=f"{manifest.supplier} must seal a new delivery, and the TTP process that one.",
        )


def _open_map(folder: Path, answer: MapManifest, agreement: Agreement, ring: KeyRing) -> pl.DataFrame:
    """One row per person: number, ticket, pid; numbered by pid, so that the same people have the same numbers."""
    context = agreement.context(MAP, answer.supplier, answer.delivery)
    pseudonyms = open_table(folder, MAP, answer.blobs, ring=ring, context=context)
    require_columns(pseudonyms, {TICKET: TICKET_BYTES, PID: PSEUDONYM_BYTES}, folder, context)
    return pseudonyms[pseudonyms.select(_as_number(PID)).to_series().arg_sort()].with_row_index(_PERSON)


def _open_tables(
    folder: Path, manifest: TablesManifest, agreement: Agreement, ring: KeyRing, persons: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """The tables with the number of the row's person in place of the ticket; null where the map has none."""
    context = agreement.context(TABLES, manifest.supplier, manifest.delivery)
    numbered = persons.select(_PERSON, _as_number(TICKET))
    tables = {}
    for name in sorted(manifest.tables):
        is_personal = manifest.tables[name].is_personal

        def kept(rows: pl.DataFrame, name: str = name, is_personal: bool = is_personal) -> pl.DataFrame:
            if not _tickets_are_right(rows, is_personal=is_personal):
                raise BlobRefusedError(
                    f"Table {name} does not carry tickets as its manifest says",
                    where=folder.name,
                    remedy=f"{manifest.supplier} must seal a new delivery with this version of the software.",
                )
            return rows.with_columns(_as_number(TICKET)) if is_personal else rows

        # Held under one name only, so that the pieces go as they are put together.
        tables[name] = open_table(folder, name, manifest.blobs, ring=ring, context=context, then=kept)
        if is_personal:
            _number(tables[name], numbered)
        in_one_piece(tables[name])
    return tables


def _tickets_are_right(frame: pl.DataFrame, *, is_personal: bool) -> bool:
    """A ticket in every row of a table about persons, and none in another; nobody's pseudonym in either."""
    if {PID, _PERSON} & set(frame.columns):
        return False
    if not is_personal:
        return TICKET not in frame.columns
    if frame.schema.get(TICKET) != pl.Binary or frame[TICKET].null_count():
        return False
    return bool((frame[TICKET].bin.size() == TICKET_BYTES).all())


def _as_number(column: str) -> pl.Expr:
    """The sixteen bytes of a ticket or pseudonym as one number: smaller, and quicker to join and sort by."""
    return pl.col(column).bin.reinterpret(dtype=pl.Int128)


def _number(rows: pl.DataFrame, numbered: pl.DataFrame) -> None:
    """Put the number of the row's person in place of its ticket."""
    found = rows.select(TICKET).join(numbered, on=TICKET, how="left", maintain_order="left")
    rows.replace_column(rows.get_column_index(TICKET), found[_PERSON])


def _refuse_loose_tickets(sealed: Mapping[str, pl.DataFrame], manifest: TablesManifest, persons: int) -> None:
    """Raise BlobRefusedError unless every row has a person of the map, and every person of the map a row."""
    has_row = np.zeros(persons, dtype=bool)
    loose = 0
    for frame in sealed.values():
        if _PERSON in frame.columns:
            loose += frame[_PERSON].null_count()
            has_row[frame[_PERSON].drop_nulls().to_numpy()] = True
    if loose or not has_row.all():
        raise BlobRefusedError(
            f"{loose} rows have a ticket that the map has not, and {persons - int(has_row.sum())} tickets of the map "
            "are in no row",
            where=manifest.delivery,
            remedy=f"{manifest.supplier} must seal a new delivery, and the TTP process that one.",
        )


def _in_own_order(frame: pl.DataFrame, pseudonyms: pl.Series) -> pl.DataFrame:
    """The rows in an order made from their contents alone, with the pseudonym in place of the person's number."""
    # Rows of equal hash are equal rows, so this is one order; sorting by all columns takes five times as long.
    ordered = frame[frame.hash_rows(seed=_ORDER_SEED).arg_sort()]
    if _PERSON not in ordered.columns:
        return ordered
    person = ordered.drop_in_place(_PERSON)
    return ordered.insert_column(0, pseudonyms.gather(person))
