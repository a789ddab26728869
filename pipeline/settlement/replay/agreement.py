"""How far replayed results agree with what was published, and what does not.

A result agrees when it lies within the given bound of what was published. Where the table prints a figure rounded,
it agrees too when what was published lies within that bound of what some value that is printed so would give.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from pipeline.errors import FiguresError
from pipeline.settlement.replay.mapping import KnownDifference, RateCompared, in_force
from pipeline.settlement.replay.run import NotSettled, Replay, Settled, no_collections

Verdict = Literal["agrees", "within printed rounding", "known", "differs", "not published"]
Kind = Literal["gain", "loss", "zero"]


@dataclass(frozen=True)
class Held:
    """A settled row held against what was published, in the result's own unit."""

    settled: Settled
    ours: Fraction
    published: Fraction | None
    verdict: Verdict
    because: str = ""

    @property
    def difference(self) -> Fraction:
        """Ours minus what was published."""
        return self.ours - (self.published or 0)

    @property
    def kind(self) -> Kind:
        """What was published: a gain, a loss or nothing."""
        amount = self.published or 0
        return "gain" if amount > 0 else "loss" if amount < 0 else "zero"


@dataclass(frozen=True)
class RateHeld:
    """A rule's rate of one year against the published ones: how many rows, how many agree, the largest difference."""

    rule: str
    year: int
    rows: int
    agree: int
    largest: Fraction
    within: Fraction


@dataclass(frozen=True)
class Agreement:
    """All rows held against what was published."""

    held: tuple[Held, ...]
    rates: tuple[RateHeld, ...]
    not_settled: tuple[NotSettled, ...] = ()

    def count(self, *verdicts: Verdict) -> int:
        """How many rows have one of these verdicts."""
        return sum(one.verdict in verdicts for one in self.held)

    @property
    def differing(self) -> tuple[Held, ...]:
        """The rows that do not agree, known or not."""
        return tuple(one for one in self.held if one.verdict in ("known", "differs"))

    @property
    def holds(self) -> bool:
        """Whether every row was settled, and nothing differs but what is known to."""
        settled = not self.not_settled and not self.count("differs")
        return settled and all(rate.agree == rate.rows for rate in self.rates)

    def by_group(self, column: str) -> dict[tuple[int, str], Counter[str]]:
        """How many of each kind and verdict, by year and the value of a column."""
        groups: dict[tuple[int, str], Counter[str]] = {}
        for one in self.held:
            key = (one.settled.figures.year, one.settled.row.cells.get(column, ""))
            counted = groups.setdefault(key, Counter())
            counted["rows"] += 1
            counted[one.kind] += 1
            counted[one.verdict] += 1
        return dict(sorted(groups.items()))


def agreement_of(made: Replay) -> Agreement:
    """Hold every settled row against what was published."""
    compared = made.mapped.compare
    held, unreadable = [], []
    with no_collections():
        for one in made.settled:
            try:
                held.append(_held(made, one))
            except FiguresError as error:
                unreadable.append(NotSettled(one.row, error))
    settled = [one.settled for one in held]
    rates = tuple(rate for each in compared.rates for rate in _rates(made, settled, each))
    apart = sorted((*made.not_settled, *unreadable), key=lambda one: one.row.line)
    return Agreement(tuple(held), rates, tuple(apart))


def _held(made: Replay, settled: Settled) -> Held:
    compared = made.mapped.compare
    ours = settled.course.value(compared.result)
    published = made.maker.number(settled.row, compared.column, compared.times)
    for rate in compared.rates:
        made.maker.number(settled.row, rate.column)
    if published is None:
        return Held(settled, ours, None, "not published")
    bound = Fraction(compared.within)
    if abs(ours - published) <= bound:
        return Held(settled, ours, published, "agrees")
    if _within_printed(made, settled, published, bound):
        return Held(settled, ours, published, "within printed rounding")
    for known in made.mapped.known:
        if _explains(known, settled, ours, published):
            return Held(settled, ours, published, "known", known.because)
    return Held(settled, ours, published, "differs")


def _explains(known: KnownDifference, settled: Settled, ours: Fraction, published: Fraction) -> bool:
    """Whether what is left out can have made this difference: it never makes a loss larger, nor touches a gain."""
    told = known.note in settled.course.notes
    return told and settled.row.has(known.when) and ours < published <= 0


def _within_printed(made: Replay, settled: Settled, published: Fraction, bound: Fraction) -> bool:
    """Whether some value that is printed as the table prints it would give what was published."""
    year, result = settled.figures.year, made.mapped.compare.result
    ends = [settled.course.value(result)]
    for name, decimals in made.mapped.compare.printed.items():
        places = in_force(decimals, year)
        indicator = settled.figures.indicators.get(name)
        if places is None or indicator is None:
            continue
        half = Fraction(1, 2 * 10 ** int(places))
        for moved in (-half, half):
            value = Fraction(indicator.value) + moved
            indicators = {**settled.figures.indicators, name: replace(indicator, value=value)}
            figures = replace(settled.figures, indicators=indicators)
            ends.append(settled.plan.settle(figures).value(result))
            if min(ends) - bound <= published <= max(ends) + bound:
                return True
    return False


def _rates(made: Replay, settled: Sequence[Settled], compared: RateCompared) -> list[RateHeld]:
    """The rates that the contract's own brackets gave, year by year."""
    differences: dict[int, list[Fraction]] = {}
    for one in settled:
        line = next((line for line in one.course.lines if line.rule == compared.rule), None)
        published = made.maker.number(one.row, compared.column)
        if line is None or published is None or line.parameters[0].key != f"sharing.{compared.rule}":
            continue
        rate = next(Fraction(item.value) for item in line.inputs if item.name == "rate")
        differences.setdefault(one.figures.year, []).append(abs(rate - published))
    return [_rate_held(compared, year, found, compared.within) for year, found in sorted(differences.items())]


def _rate_held(
    compared: RateCompared, year: int, found: list[Fraction], within: Mapping[int, object]
) -> RateHeld:
    bound = Fraction(in_force(compared.within, year) or 0)
    agree = sum(each <= bound for each in found)
    return RateHeld(compared.rule, year, len(found), agree, max(found), bound)
