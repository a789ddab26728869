"""A piece of a message as columns: one frame for each kind of record, its fields as text.

Which record a text belongs to is the last one of its kind that began before it, so one cumulative count of markers
tells it for all of them at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.intake.gds.events import Piece
from pipeline.intake.gds.layout import MESSAGE, Record, XmlLayout
from pipeline.intake.gds.steps import Codes

BOOLEANS = {"1": "true", "0": "false"}
"""XML may write yes and no in either way; they are made one."""


@dataclass(frozen=True)
class RecordFrame:
    """The records of one kind: `fields` has a text column for each field, named 'record.field', null when empty.

    `within` is for each the row of the record that it lies in. `repeated` says which fields stand more than once in
    a record (row and field's name); the first is taken.
    """

    fields: pl.DataFrame = field(repr=False)
    within: NDArray[np.int64]
    repeated: tuple[tuple[int, str], ...]


def frames(piece: Piece, layout: XmlLayout, codes: Codes) -> dict[str, RecordFrame]:
    """The records of a piece by kind, but for the message itself."""
    texts = pl.concat([piece.texts.set(piece.texts == "", None), pl.Series([None], dtype=pl.String)])
    filled = texts.is_not_null().to_numpy()[:-1]
    rows = {name: np.cumsum(piece.codes == marker) - 1 for name, marker in codes.markers.items()}
    return {
        name: _frame(record, piece.codes, texts, filled, rows, codes)
        for name, record in layout.records.items()
        if name != MESSAGE
    }


def message_texts(piece: Piece, layout: XmlLayout, codes: Codes) -> list[tuple[str, str]]:
    """The filled fields of the message itself that stand in this piece, by name, in order of the file."""
    places = np.flatnonzero(codes.own(piece.codes, MESSAGE))
    names = list(layout.records[MESSAGE].fields)
    first = codes.fields[MESSAGE].start
    found = ((names[piece.codes[place] - first], piece.texts[int(place)]) for place in places)
    return [(name, text) for name, text in found if text]


def _frame(
    record: Record,
    codes: NDArray[np.int16],
    texts: pl.Series,
    filled: NDArray[np.bool_],
    rows: Mapping[str, NDArray[np.int64]],
    known: Codes,
) -> RecordFrame:
    begun = np.flatnonzero(codes == known.markers[record.name])
    places = np.flatnonzero(known.own(codes, record.name) & filled)
    which, row = codes[places] - known.fields[record.name].start, rows[record.name][places]
    # Where each field of each record stands; the null at the end where it does not. Backwards, so that the first stays.
    found = np.full((len(record.fields), begun.size), len(texts) - 1, dtype=np.uint32)
    found[which[::-1], row[::-1]] = places[::-1]
    columns = {
        f"{record.name}.{name}": _one_way(texts.gather(pl.Series(found[place])), one.kind)
        for place, (name, one) in enumerate(record.fields.items())
    }
    constants = (pl.lit(value).alias(f"{record.name}.{name}") for name, value in record.constants.items())
    first_filled = (
        pl.coalesce(f"{record.name}.{one}" for one in names).alias(f"{record.name}.{name}")
        for name, names in record.first_filled.items()
    )
    return RecordFrame(
        fields=pl.DataFrame(columns, height=begun.size).with_columns(*constants, *first_filled),
        within=rows[record.within][begun] if record.within else np.zeros(begun.size, dtype=np.int64),
        repeated=_repeated(record, which, row, found[which, row] != places),
    )


def _one_way(texts: pl.Series, kind: str) -> pl.Series:
    return texts.replace(BOOLEANS) if kind == "boolean" else texts


def _repeated(
    record: Record, which: NDArray[np.int16], row: NDArray[np.int64], is_later: NDArray[np.bool_]
) -> tuple[tuple[int, str], ...]:
    names = list(record.fields)
    pairs = {(int(one), names[field]) for one, field in zip(row[is_later], which[is_later], strict=True)}
    return tuple(sorted(pairs))
