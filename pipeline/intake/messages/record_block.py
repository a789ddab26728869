"""A block of a message as records: lines numbered, with their code, and their fields when these are asked for.

Names and addresses that nobody needs are never cut out at all. Plain lines, as nearly all are, are cut as columns of
bytes (`string_views`); others as text, with the same results.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import polars as pl

from pipeline.intake.messages.block_lines import ODD
from pipeline.intake.messages.record_layout import Field, Layout, Record
from pipeline.intake.messages.record_screen import Screen
from pipeline.intake.messages.string_views import EvenLines


@dataclass(frozen=True)
class Records:
    """Records of one kind, in the order of the file.

    `places` has line_number and group (UInt32), `lines` their text; `rows` tells which of the `even` lines each is,
    ODD for those that are not plain.
    """

    record: Record
    places: pl.DataFrame
    lines: pl.Series = field(repr=False)
    even: EvenLines = field(repr=False)
    rows: np.ndarray = field(repr=False)

    @property
    def height(self) -> int:
        """How many they are."""
        return self.places.height

    def where(self, mask: np.ndarray) -> Records:
        """Those for which the mask is true."""
        kept = pl.Series(mask)
        return Records(
            self.record, self.places.filter(kept), self.lines.filter(kept), self.even, self.rows[mask]
        )

    def surely_in_form(self) -> np.ndarray:
        """True where no field has a fault; false where the rules of fields must be asked."""
        passed: np.ndarray = self.rows != ODD
        passed[passed] = Screen.of(self.record).passes(self.even.matrix, self.rows[passed])
        return passed

    def fields(self, *names: str) -> pl.DataFrame:
        """line_number, group, and the named fields as text, null when blank.

        Without names all fields but the reserved positions. AN fields are stripped; N fields keep their zeros.
        """
        fields = self.record.fields
        wanted = [fields[name] for name in names] or [
            field for field in fields.values() if field.obligation != "S"
        ]
        plain = self.rows != ODD
        if plain.all():
            return self._cut_as_bytes(wanted)
        if not plain.any():
            return self._cut_as_text(wanted)
        parts = self.where(plain)._cut_as_bytes(wanted), self.where(~plain)._cut_as_text(wanted)
        return pl.concat(parts).sort("line_number")

    def _cut_as_bytes(self, wanted: Sequence[Field]) -> pl.DataFrame:
        columns = (
            self.even.column(self.rows, field.start - 1, field.length, strip=field.type != "N")
            for field in wanted
        )
        return self.places.with_columns(
            column.alias(field.name) for column, field in zip(columns, wanted, strict=True)
        )

    def _cut_as_text(self, wanted: Sequence[Field]) -> pl.DataFrame:
        return self.places.hstack(self.lines.to_frame("line").select(_cut(field) for field in wanted))


@dataclass(frozen=True)
class RecordBlock:
    """Records in the order of the file: `lines` has line_number and group (UInt32), code (two digits) and line.

    `even` and `rows` hold the same lines as bytes, as in `Records`.
    """

    layout: Layout
    lines: pl.DataFrame = field(repr=False)
    even: EvenLines = field(repr=False)
    rows: np.ndarray = field(repr=False)

    def records(self, code: str) -> Records:
        """The records of one code."""
        mask = self.lines["code"] == code
        of_code = self.lines.filter(mask)
        places = of_code.select("line_number", "group")
        return Records(
            self.layout.records[code], places, of_code["line"], self.even, self.rows[mask.to_numpy()]
        )

    def counts(self) -> dict[str, int]:
        """The number of records by code, of the codes that there are."""
        return dict(self.lines.group_by("code").len().iter_rows())


@cache
def _cut(field: Field) -> pl.Expr:
    """Made once for each field: many files are small, and then making expressions is most of the work."""
    text = pl.col("line").str.slice(field.start - 1, field.length)
    if field.type == "N":
        return pl.when(text != " " * field.length).then(text).alias(field.name)
    stripped = text.str.strip_chars(" ")
    return pl.when(stripped != "").then(stripped).alias(field.name)
