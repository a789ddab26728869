"""The lines of a block of bytes as text: line ends, blanks at the end, and two ways to write letters beyond ASCII.

Messages come in UTF-8 and in latin-1, and nothing in them says which. A record has a fixed number of characters, so
its length tells; each line is judged by itself. Where neither way gives that length the line is left as UTF-8, or as
latin-1 where it is no UTF-8.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

NEW_LINE = ord("\n")
Places = NDArray[np.int64]


@dataclass(frozen=True)
class TextLines:
    """Lines without their ends; places (from 0) of those read as latin-1, and those from which blanks were cut away."""

    lines: pl.Series = field(repr=False)
    latin_1: Places
    trimmed: Places


def text_lines(raw: bytes, length: int) -> TextLines:
    """The lines of these bytes, of which `length` characters are looked for.

    A line ends with LF, or CR and LF; the last may end with CR alone, or without an end. Blanks beyond the
    length are cut away.
    """
    if raw.isascii():
        lines = _without_ends(_split(raw, pa.large_string()))
        fitted = _fitted(lines, length)
        trimmed = np.flatnonzero((lines.str.len_bytes() != fitted.str.len_bytes()).to_numpy())
        return TextLines(fitted, np.empty(0, np.int64), trimmed)
    utf8 = _without_ends(_split_utf8(raw))
    latin_1 = _without_ends(_split(raw.decode("latin-1").encode("utf-8"), pa.large_string()))
    ways = pl.DataFrame(
        {
            "utf8": utf8,
            "latin_1": latin_1,
            "utf8_fitted": _fitted(utf8, length),
            "latin_1_fitted": _fitted(latin_1, length),
        }
    )
    return _chosen(ways, length)


def _chosen(ways: pl.DataFrame, length: int) -> TextLines:
    """Whole lines before those with blanks cut away, and UTF-8 before latin-1."""
    order = ("utf8", "latin_1", "utf8_fitted", "latin_1_fitted")
    fits = {name: pl.col(name).str.len_chars() == length for name in order}
    way = pl.coalesce(pl.when(fits[name]).then(pl.lit(name)) for name in order)
    way = pl.coalesce(way, pl.when(pl.col("utf8").is_not_null()).then(pl.lit("utf8")), pl.lit("latin_1"))
    chosen = ways.with_columns(way=way)
    line = pl.coalesce(pl.when(pl.col("way") == name).then(pl.col(name)) for name in order)
    is_beyond_ascii = pl.col("latin_1").str.len_bytes() != pl.col("latin_1").str.len_chars()
    told = chosen.select(
        line=line,
        latin_1=pl.col("way").str.starts_with("latin_1") & is_beyond_ascii,
        trimmed=pl.col("way").str.ends_with("fitted"),
    )
    return TextLines(
        told["line"], *(np.flatnonzero(told[name].to_numpy()) for name in ("latin_1", "trimmed"))
    )


def _split_utf8(raw: bytes) -> pl.Series:
    """The lines with their ends; null where one is no UTF-8: where to replace what is none changes its bytes."""
    replaced = raw.decode("utf-8", errors="replace").encode("utf-8")
    lines = _split(replaced, pa.large_string())
    same = lines.cast(pl.Binary) == _split(raw, pa.large_binary())
    return pl.select(pl.when(same).then(lines)).to_series().alias("line")


def _split(raw: bytes, kind: pa.DataType) -> pl.Series:
    """The lines with their ends, as text or as bytes."""
    array = np.frombuffer(raw, np.uint8)
    ends = np.flatnonzero(array == NEW_LINE) + 1
    if len(array) and (not len(ends) or ends[-1] != len(array)):
        ends = np.append(ends, len(array))
    offsets = np.concatenate([[0], ends]).astype(np.int64)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(raw)]
    return pl.Series("line", pa.Array.from_buffers(kind, len(ends), buffers))


def _without_ends(lines: pl.Series) -> pl.Series:
    return lines.str.strip_suffix("\n").str.strip_suffix("\r")


def _fitted(lines: pl.Series, length: int) -> pl.Series:
    """The lines, those cut to the length that have nothing but blanks beyond it."""
    frame = lines.to_frame("line")
    beyond = pl.col("line").str.slice(length)
    is_blank = (beyond != "") & (beyond.str.strip_chars(" ") == "")
    return frame.select(
        pl.when(is_blank).then(pl.col("line").str.head(length)).otherwise("line").alias("line")
    )["line"]
