"""The scan for identifiers: walks everything under a folder and opens what can be opened.

Parquet (every column, dictionaries, binary and nested values), SQLite (every table, and the pages it has
freed), zip, xlsx, gzip, bzip2 and xz at any depth; all else as text in any encoding. Raw
bytes are looked at as well, so that what a footer or a freed page holds is seen. A finding says where and what
kind, never which: no name of a file, member or column is shown when it holds an identifier itself.

What it cannot see: encrypted content, and text that a format compresses in a way of its own (PDF).
"""

from __future__ import annotations

import bz2
import contextlib
import datetime as dt
import gzip
import io
import lzma
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tests.e2e.identifier_matching import Identifiers, Matcher, decoded

UNREADABLE = "unreadable"
"""The kind of a finding when a file is not what its first bytes say: it was not looked through."""

_WITHHELD = "(name withheld)"
_COMPRESSED = {b"\x1f\x8b": gzip.decompress, b"BZh": bz2.decompress, b"\xfd7zXZ\x00": lzma.decompress}
_DAMAGED = (
    pa.ArrowInvalid, sqlite3.Error, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError,
    RuntimeError, NotImplementedError,
)  # fmt: skip
_EXCEL_EPOCH = dt.date(1899, 12, 30)
_BUILT_IN_DATE_FORMATS = frozenset({14, 15, 16, 17, 22})

Hits = Iterator[tuple[str, str]]
"""(place, kind) pairs."""


@dataclass(frozen=True, order=True)
class Finding:
    """An identifier was found: in which file (relative to the root), of which kind, where in it."""

    path: str
    kind: str
    place: str


def scan(root: Path, identifiers: Identifiers) -> list[Finding]:
    """Every place under `root` that holds one of the identifiers; sorted, each once."""
    matcher = Matcher(identifiers)
    findings: set[Finding] = set()
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        shown = "/".join(_shown(part, matcher) for part in relative.parts)
        findings |= {Finding(shown, kind, "its name") for kind in matcher.in_text(path.name)}
        if path.is_file() and not path.is_symlink():
            hits = _in_content(path.read_bytes(), matcher)
            findings |= {Finding(shown, kind, place) for place, kind in hits}
    return sorted(findings)


def _in_content(content: bytes, matcher: Matcher) -> Hits:
    """Hits in one file or one member of an archive: its raw bytes, and what it unpacks to."""
    text, noise = decoded(content if not content.startswith(b"PAR1") else _parquet_footer(content))
    yield from (("text", kind) for kind in matcher.in_text(text, noise=noise))
    try:
        if content.startswith(b"PAR1"):
            yield from _in_parquet(content, matcher)
        elif content.startswith(b"SQLite format 3\x00"):
            yield from _in_sqlite(content, matcher)
        elif content.startswith(b"PK\x03\x04"):
            yield from _in_zip(content, matcher)
        else:
            for magic, decompress in _COMPRESSED.items():
                if content.startswith(magic):
                    yield from _within("unpacked", _in_content(decompress(content), matcher))
    except _DAMAGED:
        yield "content", UNREADABLE


def _in_parquet(content: bytes, matcher: Matcher) -> Hits:
    for batch in pq.ParquetFile(io.BytesIO(content)).iter_batches(batch_size=1 << 18):
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            yield from _within(f"column {_shown(name, matcher)}", _in_arrow(column, matcher))


def _parquet_footer(content: bytes) -> bytes:
    """Names, metadata and statistics; the pages before it are read column by column."""
    length = int.from_bytes(content[-8:-4], "little")
    return content[-8 - length :]


def _in_arrow(column: pa.Array, matcher: Matcher) -> Hits:
    """Hits in one Arrow array, by its type; nested types by their parts."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        yield from _in_arrow(column.dictionary, matcher)
    elif pa.types.is_struct(kind):
        for part in column.flatten():
            yield from _in_arrow(part, matcher)
    elif pa.types.is_map(kind):
        yield from _in_arrow(column.keys, matcher)
        yield from _in_arrow(column.items, matcher)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        yield from _in_arrow(column.flatten(), matcher)
    elif pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        local = pc.local_timestamp(column) if pa.types.is_timestamp(kind) and kind.tz else column
        days = pc.unique(local.cast(pa.date32(), safe=False))
        yield from (("dates", found) for found in matcher.in_dates(days.to_pylist()))
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        yield from (("numbers", found) for found in _in_arrow_numbers(column, matcher))
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        values = pc.unique(column).drop_null().to_pylist()
        text = b"\x1e".join(values).decode("latin-1")
        yield from (("bytes", found) for found in matcher.in_text(text, noise=True))
    else:
        values = pc.unique(column.cast(pa.large_string())).drop_null().to_pylist()
        yield from (("values", found) for found in matcher.in_values(values))


def _in_arrow_numbers(column: pa.Array, matcher: Matcher) -> set[str]:
    comparable = pa.int64() if pa.types.is_integer(column.type) else pa.float64()
    wanted = pa.array([number for number in matcher.numbers if number < 1 << 63]).cast(comparable, safe=False)
    suspects = column.cast(comparable, safe=False)
    found = suspects.filter(pc.is_in(suspects, value_set=wanted))
    return matcher.in_numbers(int(value) for value in found.unique().to_pylist())


def _in_sqlite(content: bytes, matcher: Matcher) -> Hits:
    """Every table; of a database in write-ahead mode, the log is a file of its own."""
    ordinary = content[:18] + b"\x01\x01" + content[20:]
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(ordinary)
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        for (table,) in tables.fetchall():
            quoted = table.replace('"', '""')
            rows = database.execute(f'SELECT * FROM "{quoted}"')
            names = [description[0] for description in rows.description]
            while batch := rows.fetchmany(50_000):
                for name, values in zip(names, zip(*batch, strict=True), strict=True):
                    place = f"table {_shown(table, matcher)}, column {_shown(name, matcher)}"
                    yield from _within(place, _in_sqlite_values(set(values), matcher))


def _in_sqlite_values(values: set[object], matcher: Matcher) -> Hits:
    texts = [value for value in values if isinstance(value, str)]
    whole = [int(value) for value in values if isinstance(value, int | float) and value == value // 1]
    yield from (("values", kind) for kind in matcher.in_values(texts))
    yield from (("numbers", kind) for kind in matcher.in_numbers(whole))
    for value in values:
        if isinstance(value, bytes):
            yield from _within("bytes", _in_content(value, matcher))


def _in_zip(content: bytes, matcher: Matcher) -> Hits:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.namelist()
        date_styles = _xlsx_date_styles(archive) if "xl/styles.xml" in members else frozenset()
        for member in members:
            place = f"member {_shown(member, matcher)}"
            yield from ((f"{place}, its name", kind) for kind in matcher.in_text(member))
            unpacked = archive.read(member)
            yield from _within(place, _in_content(unpacked, matcher))
            if member.startswith("xl/worksheets/"):
                dates = _xlsx_dates(unpacked.decode("utf-8", errors="replace"), date_styles)
                yield from ((f"{place}, dates", kind) for kind in matcher.in_dates(dates))


def _xlsx_date_styles(archive: zipfile.ZipFile) -> frozenset[int]:
    """The cell styles that show a number as a date (ECMA-376, 18.8.30): Excel keeps dates as day numbers."""
    styles = archive.read("xl/styles.xml").decode("utf-8", errors="replace")
    formats = re.findall(r'<numFmt\b[^>]*numFmtId="(\d+)"[^>]*formatCode="([^"]*)"', styles)
    as_dates = _BUILT_IN_DATE_FORMATS | {
        int(number) for number, code in formats if re.search("[yd]", code, re.I)
    }
    cell_formats = re.search(r"<cellXfs\b.*?</cellXfs>", styles, re.S)
    used = re.findall(r'<xf\b[^>]*numFmtId="(\d+)"', cell_formats[0]) if cell_formats else []
    return frozenset(style for style, number in enumerate(used) if int(number) in as_dates)


def _xlsx_dates(sheet: str, date_styles: frozenset[int]) -> set[dt.date]:
    cells = re.findall(r'<c\b[^>]*\bs="(\d+)"[^>]*>\s*<v>(\d{1,6})(?:\.\d*)?</v>', sheet)
    return {_EXCEL_EPOCH + dt.timedelta(int(day)) for style, day in cells if int(style) in date_styles}


def _within(place: str, hits: Hits) -> Hits:
    return ((f"{place}, {inner}", kind) for inner, kind in hits)


def _shown(name: str, matcher: Matcher) -> str:
    return _WITHHELD if matcher.in_text(name) else name
