"""Writing the two halves of a delivery: identifiers for the TTP, tables for the OCMO.

They are joined by tickets, 16 random bytes per person and delivery, which say nothing of the person.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import polars as pl

from pseudonymisation import bsn
from pseudonymisation.agreement import Agreement
from pseudonymisation.audit import AuditLog
from pseudonymisation.audit_entries import entry_of
from pseudonymisation.blobs import (
    TICKET,
    TICKET_BYTES,
    chunk_starts,
    in_one_piece,
    in_ticket_order,
    seal_chunks,
    seal_table,
)
from pseudonymisation.coherence import is_table_name
from pseudonymisation.dropfolder import fresh_part
from pseudonymisation.engine import engine
from pseudonymisation.errors import NumberRefusedError, TableRefusedError
from pseudonymisation.keys import KeyRing
from pseudonymisation.manifest import (
    IDENTIFIERS,
    TABLES,
    Blob,
    IdentifiersManifest,
    TablesManifest,
    shared_fields,
)
from pseudonymisation.signing import write_signed

BSN = "bsn"

_NINE_DIGITS = r"^[0-9]{9}$"

Table = pl.DataFrame | pl.LazyFrame
"""A supplier's table. A lazy one is read when its turn comes, so that one table at a time is in memory."""


@dataclass(frozen=True)
class Sealing:
    """One delivery on its way into its halves.

    Attributes:
        promised: manifest B before anything is sealed: all but the blobs and the head of the audit log.
        persons: one row per person: bsn, ticket.
        tables: the supplier's tables by name, with bsn where they are about persons.
        audit: the supplier's log, when it keeps one.
    """

    agreement: Agreement
    ring: KeyRing
    promised: TablesManifest
    persons: pl.DataFrame = field(repr=False)
    tables: Mapping[str, Table] = field(repr=False)
    chunk_rows: int
    audit: AuditLog | None = None


def persons_of(
    tables: Mapping[str, Table], impersonal: Collection[str], *, allow_test_numbers: bool
) -> pl.DataFrame:
    """One row per person of all tables: bsn, and a new ticket. Sorted by ticket, which is a shuffle.

    Raises:
        TableRefusedError: when a name is no table name, a table has not the right columns, or none is
            about persons.
        NumberRefusedError: when a number cannot be a BSN, or is not normalised.
    """
    if set(tables) <= set(impersonal):
        raise TableRefusedError(
            "No table is about persons, so there is nothing for the TTP to answer",
            remedy="The supplier must deliver these tables together with one that is.",
        )
    for name, table in tables.items():
        _refuse_columns(name, table, is_personal=name not in impersonal)
    numbers = [
        _numbers(name, table, allow_test_numbers=allow_test_numbers)
        for name, table in tables.items()
        if name not in impersonal
    ]
    return _draw_tickets(pl.concat(numbers).unique())


def _refuse_columns(name: str, table: Table, *, is_personal: bool) -> None:
    schema = table.collect_schema()
    wanted = pl.String() if is_personal else None
    if not is_table_name(name) or schema.get(BSN) != wanted or {TICKET, "pid"} & set(schema):
        raise TableRefusedError(
            "The table needs a lower-case name, a text column bsn unless it is not about persons, and no "
            "column ticket or pid",
            where=f"table {name}",
            remedy="The supplier must put it through intake first, which gives the canonical tables.",
        )


def _numbers(name: str, table: Table, *, allow_test_numbers: bool) -> pl.Series:
    """The different numbers of a table, each of them a BSN and normalised."""
    written = table.lazy().select(BSN).collect().to_series()
    is_normal = written.str.contains(_NINE_DIGITS).fill_null(value=False).all()
    # Of ten million rows, numbers are told apart in a third of the time that texts take.
    numbers = _as_text(_as_number(written).unique()) if is_normal else written.unique()
    judged = bsn.judge(numbers, allow_test_numbers=allow_test_numbers)
    refused = judged["normalised"].is_null() | judged["normalised"].ne_missing(numbers)
    if refused.any():
        raise NumberRefusedError(
            f"{refused.sum()} different numbers cannot be a BSN or are not normalised",
            where=f"table {name}, column {BSN}",
            remedy="The supplier must put the table through intake first: it normalises, and drops or refuses these.",
        )
    return numbers


def _as_number(numbers: pl.Series) -> pl.Series:
    return numbers.cast(pl.UInt32)


def _as_text(numbers: pl.Series) -> pl.Series:
    return numbers.cast(pl.String).str.zfill(bsn.WIDTH)


def _draw_tickets(numbers: pl.Series) -> pl.DataFrame:
    noise = secrets.token_bytes(TICKET_BYTES * len(numbers))
    tickets = pl.Series(np.frombuffer(noise, f"V{TICKET_BYTES}").tolist(), dtype=pl.Binary)
    return in_ticket_order(pl.DataFrame({BSN: numbers, TICKET: tickets}))


def write_halves(sealing: Sealing, ttp_folder: Path, ocmo_folder: Path) -> TablesManifest:
    """The part folders of both halves, complete and signed; returns manifest B."""
    ttp_part, ocmo_part = fresh_part(ttp_folder), fresh_part(ocmo_folder)
    identifiers = _seal_identifiers(sealing, ttp_part)
    tables = _seal_tables(sealing, ocmo_part)
    manifest = replace(
        sealing.promised,
        blobs=tables,
        identifier_blobs=tuple(blob.digest for blob in identifiers),
        table_blobs=tuple(blob.digest for blob in tables),
    )
    manifest = replace(manifest, audit_head=_logged(sealing, manifest))
    other_half = IdentifiersManifest(
        **shared_fields(manifest),
        persons=manifest.persons,
        blobs=identifiers,
        audit_head=manifest.audit_head,
        canary=engine(manifest.engine).canary(sealing.ring, sealing.agreement.scope),
    )
    write_signed(ttp_part, other_half, sealing.ring)
    write_signed(ocmo_part, manifest, sealing.ring)
    return manifest


def _logged(sealing: Sealing, manifest: TablesManifest) -> str:
    """The head of the supplier's audit log with the line for this delivery; empty when it keeps none."""
    if sealing.audit is None:
        return ""
    counts = {"persons": manifest.persons, "rows": sum(manifest.expected_rows.values())}
    digests = {"halves": manifest.halves_digest}
    return sealing.audit.append(entry_of("seal", manifest, counts=counts, digests=digests))


def _seal_identifiers(sealing: Sealing, part: Path) -> tuple[Blob, ...]:
    agreement, manifest, persons = sealing.agreement, sealing.promised, sealing.persons
    pre = engine(agreement.engine).pre_pseudonyms(sealing.ring, agreement.scope, persons[BSN])
    return seal_table(
        part,
        IDENTIFIERS,
        pl.DataFrame({TICKET: persons[TICKET], "pre": pre}),
        sealing_key=agreement.ttp.sealing_bytes,
        context=agreement.context(IDENTIFIERS, manifest.supplier, manifest.delivery),
        chunk_rows=sealing.chunk_rows,
    )


def _seal_tables(sealing: Sealing, part: Path) -> tuple[Blob, ...]:
    sealed: list[Blob] = []
    for name in sorted(sealing.tables):
        table = sealing.tables[name].lazy().collect()
        in_one_piece(table)
        sealed += _seal_one(sealing, part, name, table)
    return tuple(sealed)


def _seal_one(sealing: Sealing, part: Path, name: str, table: pl.DataFrame) -> tuple[Blob, ...]:
    """The chunks of a table, each of rows drawn from all of it, for suppliers' files are often in the order of the BSN.

    Of the table itself no second copy is made.
    """
    agreement, manifest = sealing.agreement, sealing.promised
    starts = chunk_starts(table.height, sealing.chunk_rows)
    order = pl.Series(
        np.random.default_rng(secrets.randbits(128)).permutation(table.height).astype(np.uint32)
    )
    person = _person_of(table, sealing.persons) if BSN in table.columns else None

    def rows_of(chunk: int) -> pl.DataFrame:
        drawn = order.slice(starts[chunk], sealing.chunk_rows)
        rows = table.select(pl.exclude(BSN).gather(drawn))
        if person is None:
            return rows
        return rows.insert_column(0, sealing.persons[TICKET].gather(person.gather(drawn)))

    return seal_chunks(
        part,
        name,
        rows_of,
        len(starts),
        sealing_key=agreement.ocmo.sealing_bytes,
        context=agreement.context(TABLES, manifest.supplier, manifest.delivery),
    )


def _person_of(table: pl.DataFrame, persons: pl.DataFrame) -> pl.Series:
    """For each row of a table where its person stands in `persons`."""
    numbered = pl.DataFrame({BSN: _as_number(persons[BSN])}).with_row_index("person")
    found = pl.DataFrame({BSN: _as_number(table[BSN])}).join(
        numbered, on=BSN, how="left", maintain_order="left"
    )
    return found["person"].rechunk()
