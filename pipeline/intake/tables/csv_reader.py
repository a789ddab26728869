"""A CSV file as an open table: read piece by piece, so that its size does not matter.

A row whose cells cannot be told apart is a row all the same, with its fault. What comes of a file does not depend on
where the pieces end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl

from pipeline.errors import FileRefusedError, TruncatedFileError
from pipeline.intake.tables.cells import Cells, cut_cells
from pipeline.intake.tables.dialect import Dialect, find_dialect
from pipeline.intake.tables.elsewhere import LINES, in_lines
from pipeline.intake.tables.encoding import Encoding, Opened, find_encoding, utf8_blocks
from pipeline.intake.tables.form import CSV, ENCODINGS, TableForm
from pipeline.intake.tables.opened import (
    FEWER,
    MORE,
    QUOTES,
    OpenTable,
    RawBlock,
    judge_rows_as_such,
    stripped,
    without_empty,
)
from pipeline.intake.tables.records import Bytes, Records, find_records

BLOCK = 8 << 20
"""Bytes of text that are read at a time; also the longest line there may be."""


@dataclass(frozen=True)
class _Csv:
    """How one file is read. `width` is the number of columns, `header_row` the line of their names, from 1."""

    opened: Opened
    name: str
    encoding: Encoding
    dialect: Dialect
    width: int
    header_row: int
    block: int


def open_csv(opened: Opened, name: str, form: TableForm, block: int = BLOCK) -> OpenTable:
    """Find out what the mapping does not say, and read the header.

    Raises:
        FileRefusedError: when the file is no text, or has no header.
    """
    encoding = find_encoding(opened, form.encoding)
    start = next(_pieces(opened, encoding, name, block), b"")
    text = start.decode("utf-8")
    dialect = find_dialect(text, form)
    header, header_row = _header(start, dialect, form, name)
    csv = _Csv(opened, name, encoding, dialect, len(header), header_row, block)
    shape: dict[str, str | int] = {
        "kind": CSV,
        "separator": dialect.separator,
        "quote": dialect.quote,
        "encoding": _encoding_name(encoding.codec),
        "header_row": header_row,
    }
    lines = text.split("\n", LINES)[:LINES]
    return OpenTable(
        CSV,
        header,
        header_row,
        tuple(_said(csv, form)),
        shape,
        partial(_blocks, csv),
        elsewhere=lambda wanted: in_lines(wanted, lines, dialect.separator, header_row),
    )


def _encoding_name(codec: str) -> str:
    """As mappings name it."""
    return next((name for name, python in ENCODINGS.items() if codec.startswith(python)), codec)


def _said(csv: _Csv, form: TableForm) -> Iterator[str]:
    codec = csv.encoding.codec
    if form.encoding is None and codec != "utf-8":
        yield f"The file is no UTF-8: it was read as {_encoding_name(codec)}"
    if form.separator is None:
        separator = csv.dialect.separator
        shown = "tabs" if separator == "\t" else f"'{separator}'"
        yield f"Its cells are separated by {shown} (found in its first lines)"


def _header(start: bytes, dialect: Dialect, form: TableForm, name: str) -> tuple[tuple[str, ...], int]:
    """The names of the columns and their line: the one that the mapping names, or the first after it with anything."""
    lines = start.split(b"\n")
    at = next((i for i in range(form.header_row - 1, len(lines)) if lines[i].strip()), None)
    if at is None:
        raise FileRefusedError(
            "The file has no header",
            where=name,
            remedy="Export it again, with the names of its columns on the first line.",
        )
    line = np.frombuffer(lines[at] + b"\n", dtype=np.uint8)
    records = find_records(line, dialect, is_last=True)
    width = 1 + _outside(line, records, dialect)
    cut = cut_cells(line, records, dialect, width, {str(place): place for place in range(width)})
    if not cut.rows.height:
        raise FileRefusedError(
            "The quotes in the header are not closed",
            where=f"{name}, line {at + 1}",
            remedy="Mend the line, or name `quote` in the mapping's `format`.",
        )
    return tuple(cell.strip() for cell in cut.rows.drop("line").row(0)), at + 1


def _outside(line: Bytes, records: Records, dialect: Dialect) -> int:
    separators = np.flatnonzero(line == ord(dialect.separator))
    return int((np.searchsorted(records.marks, separators) % 2 == 0).sum())


def _blocks(csv: _Csv, wanted: Mapping[str, int]) -> Iterator[RawBlock]:
    """The rows below the header. A record that a piece does not hold to its end waits for the next one.

    Raises:
        TruncatedFileError: when the file ends within a row.
    """
    skipped, line, rest = csv.header_row, 1, b""
    for piece in _pieces(csv.opened, csv.encoding, csv.name, csv.block):
        is_last = not piece.endswith(b"\n")
        text = rest + piece + (b"\n" if is_last else b"")
        while skipped and text:
            text, skipped, line = text[text.index(b"\n") + 1 :], skipped - 1, line + 1
        if not text:
            rest = b""
            continue
        array = np.frombuffer(text, dtype=np.uint8)
        records = find_records(array, csv.dialect, is_last=is_last)
        cells = cut_cells(array, records, csv.dialect, csv.width, wanted)
        if is_last and piece.strip():
            _refuse_cut_short(cells, records, line, csv.name)
        yield _block(cells, line, is_unended=is_last and bool(piece.strip()))
        rest, line = text[records.consumed :], line + records.lines_consumed


def _refuse_cut_short(cells: Cells, records: Records, line: int, name: str) -> None:
    """Raise when the last line of a file has neither a line end nor all of its cells: the rest of the file is lost.

    Raises:
        TruncatedFileError: saying which line it is.
    """
    last = records.lines[-1]
    if last in cells.shorter or last in cells.broken:
        raise TruncatedFileError(
            "The file ends within a row: its last line has too few cells and no line end",
            where=f"{name}, line {last + line}",
            remedy="Export it again, whole. A remark below the table has to be taken out.",
        )


def _block(cells: Cells, line: int, *, is_unended: bool) -> RawBlock:
    parts = [
        stripped(cells.rows).select(
            pl.col("line"), pl.lit(None, pl.String).alias("fault"), pl.exclude("line")
        )
    ]
    for fault, lines in ((MORE, cells.longer), (FEWER, cells.shorter), (QUOTES, cells.broken)):
        if lines.size:
            found = pl.DataFrame({"line": pl.Series(lines, dtype=pl.UInt32)})
            parts.append(found.with_columns(fault=pl.lit(fault)))
    whole = pl.concat(parts, how="diagonal")
    whole = whole.sort("line") if len(parts) > 1 else whole
    whole = whole.with_columns(pl.col("line") + line).rename({"line": "row_number"})
    filled = without_empty(whole)
    return RawBlock(filled, judge_rows_as_such(filled), whole.height - filled.height, is_unended)


def _pieces(opened: Opened, encoding: Encoding, name: str, block: int) -> Iterator[bytes]:
    """The text, cut behind line ends; the last piece, perhaps empty, does not end with one."""
    text = b""
    for more in utf8_blocks(opened, encoding, name):
        text += more
        if len(text) < block:
            continue
        cut = text.rfind(b"\n") + 1
        if not cut:
            raise FileRefusedError(
                f"A line is longer than {block >> 20} MiB", where=name, remedy="Is this a table at all?"
            )
        yield text[:cut]
        text = text[cut:]
    if text.endswith(b"\n"):
        yield text
        text = b""
    yield text
