"""Facts that the OCMO was told and no delivery holds, such as that a party left within the year.

They are figures of the settlement like any other, named as there (`left_within_year=1`). What the pipeline measures
cannot be stated: no figure made from deliveries is overwritten by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from pipeline.contract import Contract
from pipeline.errors import FiguresError
from pipeline.reporting.told import told_from, with_told
from pipeline.settlement import Figure, Figures, Statement
from pipeline.settlement.figure_names import MEASURED, UNITS
from pipeline.settlement.told import INDICATOR


def parsed(given: Iterable[str]) -> dict[str, str]:
    """Stated facts from texts such as `left_within_year=1`, by name; amounts are in cents.

    Raises:
        FiguresError: when a text is none, or names what is measured or what no rule knows.
    """
    facts: dict[str, str] = {}
    for text in given:
        name, sign, value = text.partition("=")
        kind = name.partition(":")[0]
        may = sorted(set(UNITS) - MEASURED)
        if kind in MEASURED:
            raise FiguresError(
                f"'{name}' is measured, so it cannot be stated",
                remedy="Have the supplier correct its delivery, run the night, and correct on its figures.",
            )
        if kind not in may or not sign:
            raise FiguresError(
                f"'{text}' states no fact of a settlement",
                remedy=f"Write NAME=NUMBER with one of: {', '.join(may)}.",
            )
        try:
            number = Fraction(value)
        except (ValueError, ZeroDivisionError):
            raise FiguresError(
                f"'{value}' is no number for '{name}'", remedy=f"Its unit: {UNITS[kind]}."
            ) from None
        if UNITS[kind] == "yes (1) or no (0)" and number not in (0, 1):
            raise FiguresError(f"'{name}' is {value}", remedy="Write 1 for yes or 0 for no.")
        facts[name] = value.strip()
    return facts


def still_late(contract: Contract, year: int, document: Mapping[str, Any]) -> frozenset[str]:
    """The indicators that are late by plan and not known on a statement: what they add is a tranche, no correction."""
    agreed = contract.for_year(year).quality_indicators
    late = {item.id for item in agreed.value if item.late} if agreed else set()
    return frozenset(late - set(document["indicators"]))


def as_told(figures: Figures, contract: Contract, document: Mapping[str, Any]) -> Figures:
    """Figures with those that were told for the statement that stands; an indicator counts as measured by now."""
    late = still_late(contract, figures.year, document)
    known = {code: figure for code, figure in figures.indicators.items() if code not in late}
    told = [one for one in told_from(document) if not (one.kind == INDICATOR and one.subject in known)]
    return with_told(replace(figures, indicators=known), told, computed=False)


def with_stated(figures: Figures, facts: Mapping[str, str]) -> Figures:
    """Figures with stated facts of the settlement year, in the place of what was told of them before."""
    more = {
        (name, figures.year): Figure(Fraction(value), UNITS[name.partition(":")[0]])
        for name, value in facts.items()
    }
    told = tuple(one for one in figures.told if (one.name, one.year) not in more)
    return replace(figures, values={**figures.values, **more}, told=told)


def require_counted(statement: Statement, facts: Mapping[str, str]) -> None:
    """See that a rule takes each stated fact in, so that nobody states one in vain.

    Raises:
        FiguresError: when the contract has no rule that asks for it.
    """
    taken = {item.name for line in statement.lines for item in line.inputs}
    for name in facts:
        if name.partition(":")[0] not in taken:
            raise FiguresError(
                f"No line of the statement takes in '{name}'",
                where=f"contract {statement.contract.id}, {statement.year}",
                remedy="The contract has agreed on nothing about it: leave it out, or amend the contract first.",
            )
