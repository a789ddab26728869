"""A table as its file holds it, whatever the file's form: the names of its columns, and its rows block by block."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl
from polars import selectors as cs

from pipeline.intake.rules.findings import Check, violations

ROWS_AT_A_TIME = 100_000
"""How many rows a block has at most, where a file tells rows before they are read."""


@dataclass(frozen=True)
class RawBlock:
    """Some rows of a file, one after the other.

    `rows` has row_number (UInt32: the line or the row of the sheet), fault (text: why the cells of the row cannot be
    told apart, null as a rule; the other columns are then null), and the columns asked for, each of the type it has
    in the file, texts `stripped`. `findings` say what is wrong with single cells, or with such a row. `passed_over`
    counts rows that hold nothing. `is_unended` of the last block of a text whose last line has no line end.
    """

    rows: pl.DataFrame = field(repr=False)
    findings: pl.DataFrame
    passed_over: int = 0
    is_unended: bool = False


@dataclass(frozen=True)
class OpenTable:
    """A file whose header was read.

    Attributes:
        kind: CSV, Parquet or XLSX.
        columns: the names of the columns, in order; a name may be empty or there twice.
        header_row: the line or row of the header, 0 where there is none.
        said: what was found out about the file that its mapping does not say, as sentences.
        warnings: what a person should look at, as sentences.
        form: what a mapping's `format` would say of the file, but for dates and amounts.
        elsewhere: called with names that the header lacks, says where they stand; empty where they do not.
        blocks: called with the columns to read, by the name to give them their place in `columns`.
    """

    kind: str
    columns: tuple[str, ...]
    header_row: int
    said: tuple[str, ...]
    form: Mapping[str, str | int]
    blocks: Callable[[Mapping[str, int]], Iterator[RawBlock]] = field(repr=False)
    warnings: tuple[str, ...] = ()
    elsewhere: Callable[[Collection[str]], str] = field(default=lambda _: "", repr=False)


MORE, FEWER, QUOTES = "more", "fewer", "quotes"
_FAULTS = (
    Check("", "cells", "the row has more cells than there are columns", pl.col("fault") == MORE),
    Check("", "cells", "the row has fewer cells than there are columns", pl.col("fault") == FEWER),
    Check("", "quotes", "a quote is not closed, or stands within a cell", pl.col("fault") == QUOTES),
)


def judge_rows_as_such(rows: pl.DataFrame) -> pl.DataFrame:
    """A finding for each row whose cells cannot be told apart."""
    return violations(rows, _FAULTS)


def stripped(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with texts without blanks around them, null where nothing is left."""
    text = (cs.string() | cs.categorical() | cs.enum()).exclude("fault").cast(pl.String).str.strip_chars()
    return rows.with_columns(pl.when(text != "").then(text))


def without_empty(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows, but for those without fault in which every cell is null."""
    cells = [name for name in rows.columns if name not in ("row_number", "fault")]
    return rows.filter(pl.col("fault").is_not_null() | pl.any_horizontal(pl.col(cells).is_not_null()))
