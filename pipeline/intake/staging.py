"""Rows on their way: canonical columns, a person's BSN as delivered, and what is wrong with them so far."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from pipeline.canonical.schema import CanonicalTable


@dataclass(frozen=True)
class StagedTable:
    """Every row of one canonical table that a file delivers, the faulty ones too.

    `rows` has row_number (the line it comes from), of persons bsn, and the canonical columns. `delivered_rows` and
    `delivered_cents` were counted on the file's own lines, before anything was joined.
    """

    table: CanonicalTable
    record_code: str
    rows: pl.DataFrame = field(repr=False)
    findings: pl.DataFrame
    delivered_rows: int
    delivered_cents: int


@dataclass(frozen=True)
class StagedFile:
    """What a file says it is, what it holds by record code, the total it states itself, and its tables."""

    standard: str
    version: str
    records: dict[str, int]
    trailer_cents: int | None
    tables: list[StagedTable]
