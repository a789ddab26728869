"""A table of facts, and the figures that a map makes of each of its rows."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

from pipeline.errors import FiguresError
from pipeline.settlement.exact import of_decimal
from pipeline.settlement.figures import UNITS, Figure, Figures, IndicatorFigure
from pipeline.settlement.replay.columns import ONCE, Column, Ratio
from pipeline.settlement.replay.mapping import Exceptional, FactsMap


@dataclass(frozen=True)
class Row:
    """One row: its line in the file, and its cells by column."""

    line: int
    cells: Mapping[str, str]

    def has(self, values: Mapping[str, str]) -> bool:
        """Whether its cells have these values."""
        return all(self.cells.get(column) == value for column, value in values.items())

    def where(self, path: Path) -> str:
        """Where it stands, as messages name it."""
        return f"{path.name}, line {self.line}"


def read_rows(path: Path) -> list[Row]:
    """All rows of a CSV file with a header.

    Raises:
        FiguresError: when it cannot be read, has no rows, or a row has too few or too many cells.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            rows = list(_rows(reader, header, path))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FiguresError(
            "The table of facts cannot be read",
            where=str(path),
            remedy="Give a CSV file in UTF-8 with a header.",
        ) from error
    if not rows:
        raise FiguresError("The table of facts has no rows", where=str(path), remedy="Give one that has.")
    return rows


def _rows(reader: Iterator[Sequence[str]], header: Sequence[str], path: Path) -> Iterator[Row]:
    for number, cells in enumerate(reader, start=2):
        if not cells:
            continue
        if len(cells) != len(header):
            raise FiguresError(
                f"A row has {len(cells)} cells under a header of {len(header)}",
                where=f"{path.name}, line {number}",
                remedy="Look for a comma without quotes.",
            )
        yield Row(number, dict(zip(header, cells, strict=True)))


class FiguresMaker:
    """Makes the figures of each row by one map."""

    def __init__(self, mapped: FactsMap, path: Path) -> None:
        self.mapped, self.path = mapped, path
        self.columns = [
            (name, offset, UNITS[name.partition(":")[0]], column)
            for offset, columns in ((0, mapped.figures), *mapped.offsets.items())
            for name, column in columns.items()
        ]
        self.empty = frozenset(mapped.empty)
        self.unpublished = frozenset(mapped.unpublished)

    def year(self, row: Row) -> int:
        """The year that a row settles."""
        text, pattern = row.cells.get(self.mapped.year, ""), self.mapped.year_pattern
        found = re.match(pattern or "([0-9]{4})$", text)
        if found is None:
            raise FiguresError(
                f"There is no year in column '{self.mapped.year}'",
                where=row.where(self.path),
                remedy="Fill it in, or take the row out.",
            )
        return int(found[1])

    def terms(self, row: Row) -> str:
        """The reference contract that settles a row."""
        chosen = self.mapped.contract
        if chosen.always:
            return chosen.always
        code = row.cells.get(chosen.column, "")
        if code not in chosen.terms:
            raise FiguresError(
                f"'{code}' in column '{chosen.column}' names no terms",
                where=row.where(self.path),
                remedy=f"Known: {', '.join(chosen.terms)}; others are added to facts.yaml.",
            )
        return chosen.terms[code]

    def figures(self, row: Row, contract_id: str, year: int) -> Figures:
        """The figures of a row; a column that is absent or empty gives none."""
        values: dict[tuple[str, int], Figure] = {}
        otherwise = self._otherwise(row)
        for name, offset, unit, column in self.columns:
            if name in otherwise:
                column = otherwise[name]
            value = self._number(row, column)
            if value is not None:
                values[name, year + offset] = Figure(value, unit)
        indicators = {
            code: _indicator(value)
            for code, column in self.mapped.indicators.items()
            if (value := self._number(row, column)) is not None
        }
        return Figures(contract_id, year, values, indicators, unpublished=self.unpublished)

    def _otherwise(self, row: Row) -> Mapping[str, Column]:
        """The columns of a row that is an exception; none for most."""
        for exception in self.mapped.exceptional:
            if self.is_exceptional(row, exception):
                return exception.figures
        return {}

    def is_exceptional(self, row: Row, exception: Exceptional) -> bool:
        """Whether a row is what an exception is about."""
        return row.has(exception.when) and (exception.ratio is None or self._shows(row, exception.ratio))

    def _shows(self, row: Row, ratio: Ratio) -> bool:
        whole = Fraction(1)
        for column in ratio.over:
            whole *= self.number(row, column) or 0
        part = self.number(row, ratio.column)
        return part is not None and whole != 0 and ratio.at_least <= part / whole < ratio.below

    def number(self, row: Row, column: str, times: Decimal = ONCE) -> Fraction | None:
        """The number in a column, for comparison; None where it is empty."""
        value = self._number(row, Column(column=column, times=times))
        return None if value is None else Fraction(value)

    def _number(self, row: Row, column: Column) -> int | Fraction | None:
        if column.constant is not None:
            return of_decimal(column.constant)
        text = row.cells.get(column.column, "")
        if text in self.empty:
            return None if column.when_empty is None else of_decimal(column.when_empty)
        value: int | Fraction
        if text.isdecimal():
            value = int(text)
        else:
            try:
                value = of_decimal(Decimal(text))
            except (InvalidOperation, ValueError, OverflowError):
                raise FiguresError(
                    f"'{text}' in column '{column.column}' is no number",
                    where=row.where(self.path),
                    remedy="Write digits with a point, without thousands separators.",
                ) from None
        if column.magnitude:
            value = value if value >= 0 else -value
        return value if column.times is ONCE else value * whole_or_exact(column.times)


@lru_cache(maxsize=64)
def whole_or_exact(times: Decimal) -> int | Fraction:
    """A factor as an integer where it is whole: whole numbers are multiplied far faster."""
    return int(times) if times == int(times) else Fraction(times)


def _indicator(value: int | Fraction) -> IndicatorFigure:
    """An indicator as a table states it: without an interval of its own."""
    return IndicatorFigure(value, 0, float(value), float(value), "as published")
