"""Where the records of a CSV begin and end, over a block of its bytes; a quoted cell may hold line ends.

A quote has a meaning only at the edge of a cell, and two within a quoted cell stand for one. A line with an odd
number of quotes leaves a cell open; the next such line must close it, and soon: else the quote was never closed, and
only the line that opened it is broken. So one wrong quote costs one row, not the rest of the file.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.intake.tables.dialect import Dialect

LONGEST_CELL = 1 << 16
"""Bytes. A spreadsheet's cell has at most 32,767 characters; what is longer is no cell."""

LINE_FEED = ord("\n")
Bytes = NDArray[np.uint8]
Positions = NDArray[np.int64]


@dataclass(frozen=True)
class Records:
    """The records of a block.

    Attributes:
        starts: position of the first byte of each.
        ends: position of the line feed that ends each.
        lines: the line that each begins on, from 0.
        is_broken: true where quotes are not closed, or stand where they have no meaning.
        marks: positions of the quotes of records that are not broken; every second one closes a cell.
        consumed: where the first record begins that the block does not hold to its end.
        lines_consumed: how many lines lie before that.
    """

    starts: Positions
    ends: Positions
    lines: Positions
    is_broken: NDArray[np.bool_]
    marks: Positions
    consumed: int
    lines_consumed: int


def find_records(text: Bytes, dialect: Dialect, *, is_last: bool) -> Records:
    """The records of a block that ends with a line feed; unless it `is_last`, more follows."""
    ends = np.flatnonzero(text == LINE_FEED)
    starts = np.concatenate(([0], ends[:-1] + 1))
    marks = np.flatnonzero(text == ord(dialect.quote)) if dialect.quote else np.empty(0, np.int64)
    broken = np.zeros(len(ends), dtype=bool)
    if not marks.size:
        return Records(starts, ends, np.arange(len(ends)), broken, marks, len(text), len(ends))
    line_of = np.searchsorted(ends, marks)
    odd = np.flatnonzero(np.bincount(line_of, minlength=len(ends)) & 1)
    opened, closed, unclosed, count = _pairs(text, dialect, odd, (starts, ends, marks), is_last=is_last)
    broken[unclosed] = True
    held = line_of < count
    marks, line_of = marks[held & ~broken[line_of]], line_of[held & ~broken[line_of]]
    begins = _first_lines(count, opened, closed)
    last_lines = np.append(begins[1:], count) - 1 if begins.size else begins
    found = Records(
        starts=starts[begins],
        ends=ends[last_lines],
        lines=begins,
        is_broken=broken[begins],
        marks=marks,
        consumed=int(ends[count - 1]) + 1 if count else 0,
        lines_consumed=count,
    )
    misplaced = np.searchsorted(found.ends, marks[_is_misplaced(text, dialect, marks)])
    found.is_broken[misplaced] = True
    return found


def _pairs(
    text: Bytes,
    dialect: Dialect,
    odd: Positions,
    places: tuple[Positions, Positions, Positions],
    *,
    is_last: bool,
) -> tuple[list[int], list[int], list[int], int]:
    """Lines that open a cell, those that close it, those that never do, and the number of lines that are settled.

    Only lines with an odd number of quotes are gone through, one by one: each depends on the one before.
    """
    starts, ends, marks = places
    edges = (ord(dialect.separator), LINE_FEED, ord(dialect.quote))
    first = marks[np.searchsorted(marks, starts[odd])]
    last = marks[np.searchsorted(marks, ends[odd]) - 1]
    may_open = (last == starts[odd]) | np.isin(text[last - 1], edges)
    may_close = np.isin(text[first + 1], edges)
    opened: list[int] = []
    closed: list[int] = []
    unclosed: list[int] = []
    at = 0
    while at < len(odd):
        line, end = int(odd[at]), last[at] + LONGEST_CELL
        following = at + 1
        if may_open[at] and following == len(odd) and not is_last and end >= len(text):
            return opened, closed, unclosed, line
        if may_open[at] and following < len(odd) and may_close[following] and first[following] <= end:
            opened.append(line)
            closed.append(int(odd[following]))
            at += 2
        else:
            unclosed.append(line)
            at += 1
    return opened, closed, unclosed, len(ends)


def _first_lines(count: int, opened: list[int], closed: list[int]) -> Positions:
    """The lines on which a record begins: all but those that go on with a cell that was opened before."""
    change = np.zeros(count + 1, dtype=np.int64)
    np.add.at(change, np.asarray(opened, np.int64) + 1, 1)
    np.add.at(change, np.asarray(closed, np.int64) + 1, -1)
    return np.flatnonzero(np.cumsum(change[:count]) == 0)


def _is_misplaced(text: Bytes, dialect: Dialect, marks: Positions) -> NDArray[np.bool_]:
    """True for opening quotes that follow something in their cell, and closing ones that something follows."""
    before = np.where(marks > 0, text[marks - 1], LINE_FEED)
    after = text[np.minimum(marks + 1, len(text) - 1)]
    edges = (ord(dialect.separator), LINE_FEED, ord(dialect.quote))
    is_opening = np.arange(len(marks)) % 2 == 0
    return ~np.isin(np.where(is_opening, before, after), edges)
