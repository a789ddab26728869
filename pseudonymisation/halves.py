"""Writing the two halves of a delivery: identifiers for the TTP, tables for the OCMO.

They are joined by tickets, 16 random bytes per person and delivery, which say nothing of the person.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from pseudonymisation import bsn
from pseudonymisation.agreement import Agreement
from pseudonymisation.blobs import TICKET, TICKET_BYTES, seal_table
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


@dataclass(frozen=True)
class Sealing:
    """One delivery on its way into its halves.

    Attributes:
        promised: manifest B before anything is sealed: all but the blobs.
        persons: one row per person: bsn, ticket.
        tables: the supplier's tables by name, with bsn where they are about persons.
    """

    agreement: Agreement
    ring: KeyRing
    promised: TablesManifest
    persons: pl.DataFrame = field(repr=False)
    tables: Mapping[str, pl.DataFrame] = field(repr=False)
    chunk_rows: int


def refuse_tables(
    tables: Mapping[str, pl.DataFrame], impersonal: Collection[str], *, allow_test_numbers: bool
) -> None:
    """Raise unless every table can be sealed.

    Raises:
        TableRefusedError: when a name is no table name, a table has not the right columns, or none is
            about persons.
        NumberRefusedError: when a number cannot be a BSN, or is not normalised.
    """
    if set(tables) <= set(impersonal):
        raise TableRefusedError(
            "No table is about persons, so there is nothing for the TTP to answer",
            remedy="Deliver these tables together with one that is.",
        )
    for name, frame in tables.items():
        where = f"table {name}"
        taken = {TICKET, "pid"} & set(frame.columns)
        wanted = None if name in impersonal else pl.String()
        if not is_table_name(name) or frame.schema.get(BSN) != wanted or taken:
            raise TableRefusedError(
                "The table needs a lower-case name, a text column bsn unless it is not about persons, and no "
                "column ticket or pid",
                where=where,
                remedy="Put it through intake first, which gives the canonical tables.",
            )
        if name in impersonal:
            continue
        numbers = frame[BSN].unique()
        judged = bsn.judge(numbers, allow_test_numbers=allow_test_numbers)
        refused = judged["normalised"].is_null() | judged["normalised"].ne_missing(numbers)
        if refused.any():
            raise NumberRefusedError(
                f"{refused.sum()} different numbers cannot be a BSN or are not normalised",
                where=f"{where}, column {BSN}",
                remedy="Put the table through intake first: it normalises, and drops or refuses these.",
            )


def draw_tickets(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per person of all tables: bsn, ticket. Sorted by ticket, which is a shuffle."""
    numbers = pl.concat([frame[BSN] for frame in tables.values() if BSN in frame.columns]).unique()
    noise = secrets.token_bytes(TICKET_BYTES * len(numbers))
    tickets = [noise[i : i + TICKET_BYTES] for i in range(0, len(noise), TICKET_BYTES)]
    return pl.DataFrame({BSN: numbers, TICKET: pl.Series(tickets, dtype=pl.Binary)}).sort(TICKET)


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
    other_half = IdentifiersManifest(
        **shared_fields(manifest),
        persons=manifest.persons,
        blobs=identifiers,
        canary=engine(manifest.engine).canary(sealing.ring, sealing.agreement.scope),
    )
    write_signed(ttp_part, other_half, sealing.ring)
    write_signed(ocmo_part, manifest, sealing.ring)
    return manifest


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
    agreement, manifest = sealing.agreement, sealing.promised
    sealed: list[Blob] = []
    for name, frame in sorted(sealing.tables.items()):
        rows = _ticketed(frame, sealing.persons) if BSN in frame.columns else frame
        sealed += seal_table(
            part,
            name,
            # Shuffled, for suppliers' files are often in the order of the BSN.
            rows.sample(fraction=1.0, shuffle=True, seed=secrets.randbits(63)),
            sealing_key=agreement.ocmo.sealing_bytes,
            context=agreement.context(TABLES, manifest.supplier, manifest.delivery),
            chunk_rows=sealing.chunk_rows,
        )
    return tuple(sealed)


def _ticketed(frame: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """The rows with their person's ticket first, in place of the number."""
    return frame.join(persons, on=BSN, how="left").select(TICKET, pl.exclude(BSN, TICKET))
