"""The first rows of a file, and what the values of its columns look like: shares of values, never the values."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from pipeline.canonical.code_forms import code_forms
from pipeline.errors import FileRefusedError
from pipeline.intake.columns.notation import DATES, Notation
from pipeline.intake.files.source_file import SourceFile
from pipeline.intake.rules.row_rules import JudgeBsn
from pipeline.intake.tables import open_table
from pipeline.intake.tables.form import TableForm
from pipeline.intake.tables.opened import OpenTable
from pipeline.intake.tables.plain_text import Written, plain

ROWS = 2_000

_TEXT = Written(dates="%Y-%m-%d", decimal=".", thousands="")
_AMOUNT = r"^[-+]?\s*\d[\d., ]*[.,]\d{2}\d*\s*-?$|^[-+]?\d+(?:[.,]\d)?-?$"
_COUNT = r"^[-+]?\d{1,9}$"
_LIKE_DATA = r"^\W*\d[\d\W]{3,}$"


@dataclass(frozen=True)
class Sample:
    """`raw` has the first rows as the file holds them, `text` the same as text; their columns are the file's names.

    Columns without a name are left out; of two with one name, only the first is there.
    """

    file: str
    table: OpenTable = field(repr=False)
    form: TableForm
    raw: pl.DataFrame = field(repr=False)
    judge_bsn: JudgeBsn = field(repr=False)

    @classmethod
    def of(cls, source: SourceFile, form: TableForm, judge_bsn: JudgeBsn) -> Sample:
        """The first rows of the file.

        Raises:
            FileRefusedError: when it is no table, or its first line is no header: then that would be somebody's data,
                and the proposal would repeat it.
        """
        table = open_table(source, form)
        places = {name: place for place, name in reversed([*enumerate(table.columns)]) if name}
        names = pl.Series(list(places), dtype=pl.String)
        if names.str.contains(_LIKE_DATA).any():
            raise FileRefusedError(
                "The first line is no header: there are numbers or dates in it",
                where=f"{source.name}, line {table.header_row}",
                remedy="Ask for the file with the names of its columns.",
            )
        ordered = {name: places[name] for name in sorted(places, key=lambda name: places[name])}
        first = next(table.blocks(ordered), None)
        if first is None or not first.rows.height:
            raise FileRefusedError("The file has no rows to look at", where=source.name)
        rows = first.rows.filter(pl.col("fault").is_null()).drop("row_number", "fault").head(ROWS)
        return cls(source.name, table, form, rows, judge_bsn)

    @cached_property
    def text(self) -> pl.DataFrame:
        """All values as text, null where there is nothing."""
        return self.raw.select(plain(name, dtype, "text", _TEXT) for name, dtype in self.raw.schema.items())

    @cached_property
    def _shares(self) -> dict[tuple[str, str], float]:
        return {}

    def share(self, column: str, kind: str) -> float:
        """The share of the filled values that look like this kind: bsn, date, cents, count, or a form of codes.

        1 when none is filled, and of any other kind.
        """
        if (column, kind) not in self._shares:
            self._shares[column, kind] = self._counted(column, kind)
        return self._shares[column, kind]

    def _counted(self, column: str, kind: str) -> float:
        values = self.text[column].drop_nulls()
        if not values.len():
            return 1.0
        if kind == "bsn":
            judged = self.judge_bsn(values.unique())
            return int(judged["reason"].is_null().sum()) / judged.height
        if kind == "date":
            frame = values.to_frame("text")
            return (
                max(
                    int(frame.select(Notation(notation).date(pl.col("text")).count()).item())
                    for notation in DATES
                )
                / values.len()
            )
        pattern = {"cents": _AMOUNT, "count": _COUNT}.get(kind) or (
            code_forms()[kind].whole if kind in code_forms() else ""
        )
        return int(values.str.contains(pattern).sum()) / values.len() if pattern else 1.0
