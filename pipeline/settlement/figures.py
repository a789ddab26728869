"""What the pipeline measured, as the settlement takes it in: named figures per year, and indicators.

A settlement is a function of these figures and the contract's terms, of nothing else. Whole numbers are
exact; a float is taken at its shortest decimal notation, so that no result depends on how it was summed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from numbers import Integral

from pipeline.errors import FiguresError

UNITS: dict[str, str] = {
    "insured_months": "months",
    "insured_months_without_cell": "months",
    "actual_cents": "cents",
    "truncated_cents": "cents",
    "expected_cents": "cents",
    "comparison_observed_cents": "cents",
    "comparison_expected_cents": "cents",
}
"""The figures of a year and their units. Expected cents are those of the year's population at the
comparison group's cost per cell in the settlement year."""


@dataclass(frozen=True)
class Figure:
    """One measured quantity."""

    value: int | float
    unit: str


@dataclass(frozen=True)
class IndicatorFigure:
    """An indicator as measured, with its 95 % interval; `denominator` counts persons or events."""

    value: float
    denominator: int
    lower: float
    upper: float
    unit: str
    numerator: float | None = None


@dataclass(frozen=True)
class Figures:
    """All figures of one contract for the settlement of one year.

    `values` is by (name, year), the years being the baseline years and the settlement year; `sources`
    names the content digest of each table the figures were made from; `notes` are codes of what a reader
    must know, such as `valued_as_declared`; `business_date` is the night whose figures these are.
    """

    contract_id: str
    year: int
    values: Mapping[tuple[str, int], Figure]
    indicators: Mapping[str, IndicatorFigure]
    sources: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    business_date: dt.date | None = None

    @property
    def where(self) -> str:
        """What these figures are about, as messages name it."""
        return f"the figures of contract {self.contract_id} for {self.year}"

    def amount(self, name: str, year: int) -> Fraction:
        """A figure of a year, exact.

        Raises:
            FiguresError: when it is missing, in another unit, negative or no number.
        """
        figure = self.values.get((name, year))
        if figure is None:
            raise FiguresError(
                f"There is no '{name}' of {year}",
                where=self.where,
                remedy="Run the nightly pipeline for a business date on which the deliveries over that year "
                "had come, then settle again.",
            )
        if figure.unit != UNITS[name]:
            raise FiguresError(
                f"'{name}' of {year} is stated in {figure.unit}, not in {UNITS[name]}",
                where=self.where,
                remedy="Convert it where it is made.",
            )
        value = self._number(figure.value, f"'{name}' of {year}")
        if value < 0 and name not in ("actual_cents", "comparison_observed_cents"):
            raise FiguresError(
                f"'{name}' of {year} is negative", where=self.where, remedy="Look where it is made."
            )
        return value

    def positive(self, name: str, year: int) -> Fraction:
        """A figure that is divided by, so that it must be above zero. Raises as `amount` does."""
        value = self.amount(name, year)
        if value <= 0:
            raise FiguresError(
                f"'{name}' of {year} is {value}, so there is nothing to divide by",
                where=self.where,
                remedy="Look whether that year's deliveries cover the contract's area and kinds of care.",
            )
        return value

    def indicator(self, code: str) -> Fraction:
        """An indicator's value, exact.

        Raises:
            FiguresError: when it was not measured.
        """
        figure = self.indicators.get(code)
        if figure is None:
            known = ", ".join(sorted(self.indicators)) or "none"
            raise FiguresError(
                f"Indicator '{code}' of {self.year} was not measured (measured: {known})",
                where=self.where,
                remedy="Run the nightly pipeline for a business date on which the hospitals' records over "
                "that year had come, then settle again.",
            )
        return self._number(figure.value, f"indicator '{code}'")

    def _number(self, value: int | float, name: str) -> Fraction:
        try:
            return exact(value)
        except (InvalidOperation, ValueError, OverflowError):
            raise FiguresError(
                f"The value of {name} is no finite number", where=self.where, remedy="Look where it is made."
            ) from None


def exact(value: int | float | Decimal) -> Fraction:
    """A number as a fraction: integers and decimals as they are, floats at their shortest notation."""
    if isinstance(value, Integral | Decimal):
        return Fraction(value)
    return Fraction(repr(float(value)))
