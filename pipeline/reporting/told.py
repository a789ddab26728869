"""Figures that were told, put beside those that were measured; what is measured is never overwritten by hand.

Of a contract that the nightly steps make figures for, only what they do not make can be told. Of one that they make
none for, everything is told, and the statement says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, TypeVar

from pipeline.contract import Contract
from pipeline.contract.computed import uncomputed
from pipeline.errors import FiguresError
from pipeline.settlement import Figure, Figures, IndicatorFigure, Statement, settle
from pipeline.settlement.figure_names import EARLIER, MEASURED, UNITS
from pipeline.settlement.told import INDICATOR, Told

NOTHING_MEASURED = "nothing_measured"
"""The note that every figure was told, as the nightly steps make none for this contract."""

UNLESS_TOLD = frozenset({"left_within_year"})
"""Figures that are taken for granted until somebody tells otherwise."""

OWN = ("issued/", "corrections/")
"""How the source of a figure begins that stands on a statement of our own: the folder with that statement."""

Key = TypeVar("Key")
Value = TypeVar("Value")


def is_computed(contract: Contract, year: int) -> bool:
    """Whether the nightly steps make figures for a contract year."""
    return not any(uncomputed(contract.for_year(year)))


def nothing_measured(contract: Contract, year: int, business_date: dt.date) -> Figures:
    """The figures of a contract year for which the nightly steps make none, before any is told."""
    return Figures(contract.id, year, {}, {}, notes=(NOTHING_MEASURED,), business_date=business_date)


def with_told(figures: Figures, told: Sequence[Told], *, computed: bool = True) -> Figures:
    """Figures with those that were told; `computed` says that the nightly steps make figures for the contract.

    Raises:
        FiguresError: when what was told is measured.
    """
    values, indicators = dict(figures.values), dict(figures.indicators)
    for one in told:
        _require_untold(one, figures, computed=computed)
        if one.kind == INDICATOR:
            value = Fraction(one.value)
            about = float(value)
            indicators[one.subject] = IndicatorFigure(value, 0, about, about, "as measured", is_told=True)
        else:
            values[one.name, one.year] = Figure(Fraction(one.value), UNITS[one.kind])
    return replace(figures, values=values, indicators=indicators, told=(*figures.told, *told))


def _require_untold(one: Told, figures: Figures, *, computed: bool) -> None:
    """See that a told figure is not measured, nor stands on a statement of our own."""
    if one.kind == INDICATOR:
        known = one.subject in figures.indicators
    else:
        known = (one.name, one.year) in figures.values and one.kind not in UNLESS_TOLD
    if known or (computed and one.name in MEASURED):
        raise FiguresError(
            f"'{one.name}' of {one.year} is measured or stands on an issued statement, so it cannot be told",
            where=figures.where,
            remedy="Leave it out. Is what was measured wrong, then have the supplier correct its delivery.",
        )
    if one.kind == INDICATOR and one.year != figures.year:
        raise FiguresError(
            f"'{one.name}' is told of {one.year}, and indicators are of the settled year",
            where=figures.where,
            remedy=f"Write `year: {figures.year}`, or leave it out.",
        )


class Asked(dict[Key, Value]):
    """A mapping that remembers what was asked of it."""

    def __init__(self, held: Mapping[Key, Value]) -> None:
        super().__init__(held)
        self.asked: set[object] = set()

    def __contains__(self, key: object) -> bool:
        self.asked.add(key)
        return super().__contains__(key)

    def __getitem__(self, key: Key) -> Value:
        self.asked.add(key)
        return super().__getitem__(key)

    def get(self, key: Key, default: Any = None) -> Any:
        """The value of a key, which was asked."""
        self.asked.add(key)
        return super().get(key, default)


def asked_of(contract: Contract, figures: Figures, told: Sequence[Told]) -> Iterator[Told]:
    """Those of the told figures that the settlement of the year asks for.

    Raises:
        FiguresError: when the figures do not allow a settlement.
    """
    values, indicators = Asked(figures.values), Asked(figures.indicators)
    settle(contract, figures.year, replace(figures, values=values, indicators=indicators))
    for one in told:
        if one.kind == INDICATOR:
            if one.subject in indicators.asked:
                yield one
        elif (one.name, one.year) in values.asked:
            yield one


def require_asked(contract: Contract, figures: Figures, told: Sequence[Told]) -> None:
    """See that a rule takes each told figure in, so that nobody tells one in vain.

    Raises:
        FiguresError: when none does.
    """
    asked = list(asked_of(contract, figures, told))
    for one in told:
        if one not in asked:
            raise FiguresError(
                f"The settlement asks for no '{one.name}' of {one.year}",
                where=figures.where,
                remedy="The contract has agreed on nothing about it: leave it out, or amend the contract first.",
            )


def told_document(statement: Statement) -> list[dict[str, Any]]:
    """The told figures of a statement as plain data, in the order of name and year."""
    ordered = sorted(statement.told, key=lambda one: (one.name, one.year))
    return [{"name": one.name, "year": one.year, "value": one.value, "source": one.source} for one in ordered]


def told_from(document: Mapping[str, Any]) -> tuple[Told, ...]:
    """The told figures of a statement's document; one of before they were kept has none."""
    return tuple(Told(**one) for one in document.get("told", ()))


def by_people(told: Iterable[Told]) -> tuple[Told, ...]:
    """Those that somebody told, and not those that stand on a statement of our own."""
    return tuple(one for one in told if not (one.kind in EARLIER and one.source.startswith(OWN)))
