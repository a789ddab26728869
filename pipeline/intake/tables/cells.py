"""The cells of a CSV, over a block of its bytes: each record with as many as there are columns becomes a row.

All cells of all rows lie one after the other in one text column of Arrow, made by dropping the separators, the
line ends and the quotes from the bytes; a column of the table is every n-th of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.intake.tables.dialect import Dialect
from pipeline.intake.tables.records import Bytes, Positions, Records


@dataclass(frozen=True)
class Cells:
    """The records of a block as cells.

    Attributes:
        rows: `line` (UInt32, from 0) and the wanted columns as text, of the records that are whole.
        broken: the lines of records whose quotes are wrong.
        longer: the lines of records with more cells than there are columns.
        shorter: likewise with fewer.
    """

    rows: pl.DataFrame
    broken: Positions
    longer: Positions
    shorter: Positions


def cut_cells(
    text: Bytes, records: Records, dialect: Dialect, width: int, wanted: Mapping[str, int]
) -> Cells:
    """Cut a block's records into `width` cells; `wanted` are the columns to give, by name their place.

    Lines without anything are no records.
    """
    separators = np.flatnonzero(text[: records.consumed] == ord(dialect.separator))
    if records.marks.size:
        separators = separators[np.searchsorted(records.marks, separators) % 2 == 0]
    count = np.searchsorted(separators, records.ends) - np.searchsorted(separators, records.starts) + 1
    filled, broken = records.ends > records.starts, records.is_broken
    good = filled & ~broken & (count == width)
    kept = separators if good.all() else separators[good[np.searchsorted(records.ends, separators)]]
    bounds = np.hstack([kept.reshape(int(good.sum()), width - 1), records.ends[good][:, None]]).ravel()
    texts = _texts(text[: records.consumed], records, good, bounds)
    columns = {name: texts.gather_every(width, place) for name, place in wanted.items()}
    return Cells(
        rows=pl.DataFrame({"line": pl.Series(records.lines[good], dtype=pl.UInt32), **columns}),
        broken=records.lines[filled & broken],
        longer=records.lines[filled & ~broken & (count > width)],
        shorter=records.lines[filled & ~broken & (count < width)],
    )


def _texts(text: Bytes, records: Records, good: NDArray[np.bool_], bounds: Positions) -> pl.Series:
    """The cells that end at `bounds`, one after the other."""
    keep = np.ones(len(text), dtype=bool)
    keep[bounds] = False
    if not good.all():
        change = np.zeros(len(text) + 1, dtype=np.int8)
        change[records.starts[~good]] += 1
        change[records.ends[~good] + 1] -= 1
        keep &= np.cumsum(change[:-1], dtype=np.int8) == 0
    marks = records.marks
    keep[marks] = False
    # Of two quotes within a cell, the second opens it again right behind the first: that one stands for both.
    literal = marks[2::2][np.diff(marks)[1::2] == 1]
    keep[literal] = good[np.searchsorted(records.ends, literal)]
    ends = np.cumsum(keep, dtype=np.int32)[bounds]
    offsets = np.concatenate(([0], ends)).astype(np.int32)
    array = pa.StringArray.from_buffers(
        len(bounds), pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(text[keep]))
    )
    return pl.Series("cells", array, dtype=pl.String)
