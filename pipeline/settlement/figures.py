"""What was measured, as the settlement takes it in: named figures per year, and indicators.

A settlement is a function of these figures and the contract's terms, of nothing else. Whole numbers are
exact; a float is taken at its shortest decimal notation, so that no result depends on how it was summed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import InvalidOperation
from fractions import Fraction

from pipeline.errors import FiguresError
from pipeline.settlement.exact import Number, exact
from pipeline.settlement.figure_names import SIGNED, UNITS, cure_of_missing, cure_of_unmeasured
from pipeline.settlement.told import Told

__all__ = ["UNITS", "Figure", "Figures", "IndicatorFigure"]


@dataclass(frozen=True)
class Figure:
    """One measured quantity."""

    value: Number
    unit: str


@dataclass(frozen=True)
class IndicatorFigure:
    """An indicator as measured, with its 95 % interval; `denominator` counts persons or events.

    Of one that was told neither is known: `is_told` says so, and both ends of the interval are the value.
    """

    value: Number
    denominator: int
    lower: float
    upper: float
    unit: str
    numerator: float | None = None
    is_told: bool = False


@dataclass(frozen=True)
class Figures:
    """All figures of one contract for the settlement of one year.

    `values` is by (name, year), the years being the baseline years and the settlement year; `sources`
    names the content digest of each table the figures were made from; `notes` are codes of what a reader
    must know, such as `valued_as_declared`; `business_date` is the night whose figures these are.
    `unpublished` are figures that are known not to be available; a rule that asks for one says so and goes without.
    `told` are those among them that nobody delivered, with who told them.
    """

    contract_id: str
    year: int
    values: Mapping[tuple[str, int], Figure]
    indicators: Mapping[str, IndicatorFigure]
    sources: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    business_date: dt.date | None = None
    unpublished: frozenset[str] = frozenset()
    told: tuple[Told, ...] = ()

    @property
    def where(self) -> str:
        """What these figures are about, as messages name it."""
        return f"the figures of contract {self.contract_id} for {self.year}"

    def has(self, name: str, year: int) -> bool:
        """Whether a figure of a year is there."""
        return (name, year) in self.values

    def amount(self, name: str, year: int) -> Fraction:
        """A figure of a year, exact.

        Raises:
            FiguresError: when it is missing, in another unit, negative or no number.
        """
        kind = name.partition(":")[0]
        figure = self.values.get((name, year))
        if figure is None:
            raise FiguresError(
                f"There is no '{name}' of {year}",
                where=self.where,
                remedy=cure_of_missing(name, year),
            )
        if figure.unit != UNITS[kind]:
            raise FiguresError(
                f"'{name}' of {year} is stated in {figure.unit}, not in {UNITS[kind]}",
                where=self.where,
                remedy="Convert it where it is made.",
            )
        value = self._number(figure.value, name, year)
        if value.numerator < 0 and kind not in SIGNED:
            raise FiguresError(
                f"'{name}' of {year} is negative", where=self.where, remedy="Look where it is made."
            )
        return value

    def positive(self, name: str, year: int) -> Fraction:
        """A figure that is divided by, so that it must be above zero. Raises as `amount` does."""
        value = self.amount(name, year)
        if value.numerator <= 0:
            raise FiguresError(
                f"'{name}' of {year} is {value}, so there is nothing to divide by",
                where=self.where,
                remedy="Look whether that year's deliveries cover the contract's area and kinds of care.",
            )
        return value

    def indicator(self, code: str, or_else: str = "") -> Fraction:
        """An indicator's value, exact; `or_else` is what the rule that asks for it allows besides.

        Raises:
            FiguresError: when it was not measured.
        """
        figure = self.indicators.get(code)
        if figure is None:
            known = ", ".join(sorted(self.indicators)) or "none"
            raise FiguresError(
                f"Indicator '{code}' of {self.year} was not measured (measured: {known})",
                where=self.where,
                remedy=f"{cure_of_unmeasured(code)} {or_else}".strip(),
            )
        return self._number(figure.value, f"indicator {code}", self.year)

    def _number(self, value: Number, name: str, year: int) -> Fraction:
        try:
            return exact(value)
        except (InvalidOperation, ValueError, OverflowError):
            raise FiguresError(
                f"The value of '{name}' of {year} is no finite number",
                where=self.where,
                remedy="Look where it is made.",
            ) from None
