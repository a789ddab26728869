"""Text columns out of a block of lines of one length, without touching their cells one by one.

Arrow's string view is 16 bytes: a length, and then the text itself where it has up to 12 bytes, or else its first 4
bytes and its place in a buffer (Arrow columnar format, 'Variable-size Binary View Layout'). All views of a column are
made at once; those of longer texts point into the block itself. The block must be ASCII.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
import pyarrow as pa

INLINE = 12
BLANK = ord(" ")

SHORT = np.dtype([("length", "<i4"), ("text", "V12")])
LONG = np.dtype([("length", "<i4"), ("prefix", "V4"), ("buffer", "<i4"), ("offset", "<i4")])


@dataclass(frozen=True)
class EvenLines:
    """Lines of `pitch` bytes each, ends included."""

    content: memoryview = field(repr=False)
    pitch: int

    @property
    def matrix(self) -> np.ndarray:
        """The bytes, one row a line."""
        return np.frombuffer(self.content, np.uint8).reshape(-1, self.pitch)

    def texts(self, length: int) -> pl.Series:
        """Each line without its end: its first `length` bytes, more than 12."""
        rows = np.arange(len(self.content) // self.pitch)
        lengths = np.full(len(rows), length, np.int32)
        return self._series(self._long(rows * self.pitch, lengths), present=None)

    def column(self, rows: np.ndarray, offset: int, length: int, *, strip: bool) -> pl.Series:
        """What these lines (numbered from 0) hold at `offset`, null when blank; stripped of blanks if asked."""
        cells = self.matrix[:, offset : offset + length].view(f"V{length}")[rows, 0]
        filled = cells.view(np.uint8).reshape(len(rows), length) != BLANK
        if not filled.any():
            return pl.Series([None], dtype=pl.String).new_from_index(0, len(rows))
        stripped = _stripped_lengths(filled)
        present = None if stripped.all() else stripped > 0
        is_indented = strip and not filled[stripped > 0, 0].all()
        lengths = stripped if strip and not is_indented else np.full(len(rows), length, np.int32)
        views = _short(cells, lengths)
        is_long = lengths > INLINE
        if is_long.any():
            views[is_long] = self._long(rows[is_long] * self.pitch + offset, lengths[is_long]).view(SHORT)
        text = self._series(views, present)
        return text.str.strip_chars(" ") if is_indented else text

    def _long(self, offsets: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """Views that point into the block."""
        views = np.zeros(len(offsets), LONG)
        views["length"], views["offset"] = lengths, offsets
        first = np.frombuffer(self.content, np.uint8)[offsets[:, None] + np.arange(4)]
        views["prefix"] = first.view("V4")[:, 0]
        return views

    def _series(self, views: np.ndarray, present: np.ndarray | None) -> pl.Series:
        valid = None if present is None else pa.py_buffer(np.packbits(present, bitorder="little"))
        buffers = [valid, pa.py_buffer(views), pa.py_buffer(self.content)]
        return pl.Series(pa.Array.from_buffers(pa.string_view(), len(views), buffers))


def _stripped_lengths(filled: np.ndarray) -> np.ndarray:
    """The place of the last cell of each row that is filled, from 1; 0 where none is."""
    lengths = np.zeros(len(filled), np.int32)
    for place in range(filled.shape[1]):
        np.copyto(lengths, place + 1, where=filled[:, place])
    return lengths


def _short(cells: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Views that hold the text itself; what is beyond its length must be zero."""
    width = min(cells.dtype.itemsize, INLINE)
    views = np.zeros(len(cells), SHORT)
    views["length"] = lengths
    views.view({"names": ["text"], "formats": [f"V{width}"], "offsets": [4], "itemsize": 16})["text"] = cells
    if (lengths < width).any():
        text = views.view(np.uint8).reshape(-1, SHORT.itemsize)[:, 4 : 4 + width]
        text *= np.arange(width) < lengths[:, None]
    return views


def even_lines(content: memoryview, length: int) -> EvenLines | None:
    """The content as lines of one length: printable ASCII of `length` characters, all with the same end.

    None when it is anything else, also when its last line has no end.
    """
    for end in (b"\r\n", b"\n"):
        pitch = length + len(end)
        if len(content) % pitch or bytes(content[length:pitch]) != end:
            continue
        matrix = np.frombuffer(content, np.uint8).reshape(-1, pitch)
        is_printable = matrix[:, :length].min() >= BLANK and matrix[:, :length].max() < 0x7F
        if is_printable and (matrix[:, length:] == np.frombuffer(end, np.uint8)).all():
            return EvenLines(content, pitch)
    return None
