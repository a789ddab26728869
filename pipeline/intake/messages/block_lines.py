"""The lines of a block: plain ones as bytes, cut in columns; the few that are not plain as text.

Plain is a line of the record's length in printable ASCII. Names with letters beyond ASCII make a line odd, and so do
blanks beyond the record; such lines are read by `text_lines`, with the same results.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from pipeline.intake.messages.string_views import EvenLines, even_lines
from pipeline.intake.messages.text_lines import Places, text_lines

LINE_FEED, CARRIAGE_RETURN = ord("\n"), ord("\r")
FIRST_PRINTABLE, LAST_PRINTABLE = ord(" "), ord("~")
END_OF_FILE = "\x1a"
"""What old systems write behind a text file."""
ODD = -1


@dataclass(frozen=True)
class BlockLines:
    """Lines without their ends, in order.

    `rows` tells by line which of the `even` ones it is, `ODD` for those that are not plain. The lines at the places
    `latin_1` were read as such, and from those at `trimmed` blanks were cut away.
    """

    texts: pl.Series = field(repr=False)
    even: EvenLines = field(repr=False)
    rows: np.ndarray = field(repr=False)
    latin_1: Places = field(default_factory=lambda: np.empty(0, np.int64))
    trimmed: Places = field(default_factory=lambda: np.empty(0, np.int64))

    def without_empty_end(self) -> BlockLines:
        """Without the lines at the end that hold nothing but blanks, or the end-of-file character alone."""
        text = self.texts.str.strip_chars()
        filled = ((text != "") & (text != END_OF_FILE)).arg_true()
        kept = int(filled[-1]) + 1 if len(filled) else 0
        return BlockLines(self.texts.head(kept), self.even, self.rows[:kept], self.latin_1, self.trimmed)


def block_lines(content: memoryview, length: int) -> BlockLines:
    """The lines of this content, of which `length` characters are looked for."""
    even = even_lines(content, length)
    if even is not None:
        texts = even.texts(length)
        return BlockLines(texts, even, np.arange(texts.len()))
    array = np.frombuffer(content, np.uint8)
    ends = np.flatnonzero(array == LINE_FEED) + 1
    if not len(ends) or ends[-1] < len(array):
        ends = np.append(ends, len(array))
    starts = np.concatenate([[0], ends[:-1]])
    plain = _plain(array, starts, ends, length)
    even = EvenLines(memoryview(array[_inside(plain, starts, ends, length)]), length)
    odd = text_lines(array[np.repeat(~plain, ends - starts)].tobytes(), length)
    rows = np.where(plain, np.cumsum(plain) - 1, ODD)
    order = np.where(plain, rows, np.cumsum(~plain) - 1 + int(plain.sum()))
    texts = pl.concat([even.texts(length), odd.lines]).gather(order)
    places = np.flatnonzero(~plain)
    return BlockLines(texts, even, rows, places[odd.latin_1], places[odd.trimmed])


def _plain(array: np.ndarray, starts: np.ndarray, ends: np.ndarray, length: int) -> np.ndarray:
    """True for lines of this length that hold printable ASCII only, their ends apart."""
    has_feed = array[ends - 1] == LINE_FEED
    has_return = has_feed & (ends - starts > 1) & (array[ends - 2] == CARRIAGE_RETURN)
    plain: np.ndarray = ends - starts - has_feed - has_return == length
    strange = np.flatnonzero((array < FIRST_PRINTABLE) | (array > LAST_PRINTABLE))
    is_end = np.isin(strange, ends[has_feed] - 1) | np.isin(strange, ends[has_return] - 2)
    plain[np.searchsorted(starts, strange[~is_end], side="right") - 1] = False
    return plain


def _inside(plain: np.ndarray, starts: np.ndarray, ends: np.ndarray, length: int) -> np.ndarray:
    """By byte: does it belong to a plain line, and not to its end?"""
    lengths = np.where(plain, length, ends - starts)
    pieces = np.column_stack([lengths, ends - starts - lengths]).ravel()
    return np.repeat(np.column_stack([plain, np.zeros_like(plain)]).ravel(), pieces)
