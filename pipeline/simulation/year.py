"""From sums over persons to the figures of a year, and from those to what is paid.

A year of the past is settled as if it had been the contract's year: its figures, and those of as many years before as
the contract's baseline years lie back, stand under the contract's own years.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from pipeline.contract import Contract
from pipeline.contract.terms import CENTS_PER_EURO
from pipeline.money import round_cents
from pipeline.settlement import Figure, Figures, Plan, plan
from pipeline.settlement.course import Course
from pipeline.settlement.exact import Number
from pipeline.settlement.figures import UNITS
from pipeline.settlement.units import CountedUnit
from pipeline.simulation.assumed import Assumed
from pipeline.simulation.drawing import Draw
from pipeline.simulation.people import Counts, People, Sums


class Settled(NamedTuple):
    """What one year comes to, in cents; `reason` is why.

    `unmoved` is what the year costs when nobody does anything better or worse: see `unmoved_cost`. `shared` is what
    is paid of a saving or loss, without a payment for quality beside it. `notes` are what the settlement itself says.
    """

    units: Fraction
    target: Fraction
    actual: Fraction
    unmoved: Fraction
    shared: int
    payable: int
    reason: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class AsIf:
    """A contract year settled on the figures of `now`, a year of the table."""

    contract: Contract
    year: int
    people: People
    now: int
    assumed: Assumed

    @cached_property
    def rules(self) -> Plan:
        """The rules that what is payable rests on, and no others."""
        return plan(self.contract, self.year).up_to("payable")

    @property
    def ceiling_cents(self) -> int:
        """The contract's truncation."""
        return self.contract.for_year(self.year).truncation_ceiling.value * CENTS_PER_EURO

    def settle(self, draw: Draw, effect: Fraction = Fraction(1), size: Fraction = Fraction(1)) -> Settled:
        """What is paid on the sums of a drawing.

        `effect` multiplies actual cost of that year (1: as it was); `size` is the part of the population that is
        looked at, for figures that are given for the whole of it.

        Raises:
            FiguresError: when the sums do not allow a rule.
        """
        terms, unit = self.rules.terms, self.rules.unit
        values = dict(self._figures(draw, effect, size))
        unknown = frozenset(() if ("revenue_cents", self.year) in values else ("revenue_cents",))
        measured = self.assumed.indicators(terms)
        figures = Figures(self.contract.id, self.year, values, measured, unpublished=unknown)
        course = self.rules.settle(figures)
        target = course.value("target")
        return Settled(
            units=unit.number(figures, self.year),
            target=target,
            actual=target - course.value("savings"),
            unmoved=unmoved_cost(course, unit),
            shared=round_cents(course.amount),
            payable=int(course.value("payable")),
            reason=course.reason,
            notes=tuple(course.notes),
        )

    def _figures(
        self, draw: Draw, effect: Fraction, size: Fraction
    ) -> Iterator[tuple[tuple[str, int], Figure]]:
        shift = self.year - self.now
        rates = self._rates(draw)
        for each in (*self.rules.terms.baseline_years, self.year):
            place = self.people.years.index(each - shift)
            cents = int(draw.contracted.cents[place].sum())
            actual = cents * effect if each == self.year else Fraction(cents)
            made: dict[str, Number | None] = {
                **_counted(draw.contracted, place),
                "actual_cents": actual,
                "expected_cents": _expected(draw.contracted.months[place], rates),
            }
            made["demographic_cents"] = made["expected_cents"]  # the cells are sex and age, and nothing else
            if draw.comparison is not None:
                made["comparison_observed_cents"] = int(draw.comparison.cents[place].sum())
                made["comparison_expected_cents"] = _expected(draw.comparison.months[place], rates)
            for name in UNITS:
                known = self.assumed.figure(name, each - shift)
                if known is not None:
                    made[name] = known * size if UNITS[name] == "cents" else known
            for name, value in made.items():
                if value is not None:
                    yield (name, each), Figure(value, UNITS[name])

    def _rates(self, draw: Draw) -> list[float]:
        """Cents per month by cell of the standard: the comparison group now, or own history; its mean elsewhere."""
        model, standard, of = self.rules.terms.case_mix_model, draw.contracted, self.now
        if draw.comparison is not None and (model is None or model.value == "indirect"):
            standard = draw.comparison
        else:
            of = self.now - self.year + max(self.rules.terms.baseline_years, default=self.year)
        place = self.people.years.index(of)
        months, cents = standard.months[place], standard.cents[place]
        mean = int(cents.sum()) / max(int(months.sum()), 1)
        if model is None:
            return [mean] * len(months)
        return [c / m if m else mean for c, m in zip(cents.tolist(), months.tolist(), strict=True)]


def unmoved_cost(course: Course, unit: CountedUnit) -> Fraction:
    """What a settled year would have cost when nobody did anything better or worse.

    That is the target before the path and before agreed sums: these are what the parties ask of each other, and not
    what care costs by itself. Prices and new drugs that were given are in cost whole, whatever part of them moves
    the target. Where the target is an agreed amount, or is stated, that is taken for it: nothing else is known.
    """
    if "target_before_path" in course.results:
        units = course.value(unit.count) if unit.figure else Fraction(1)
        whole = course.value("target_before_path") * units
    else:
        adjusted = "target_before_adjustments" in course.results
        whole = course.value("target_before_adjustments" if adjusted else "target")
    measured = [line for line in course.lines if line.rule in ("price_effect", "new_drugs")]
    return whole + sum((line.inputs[0].amount for line in measured), Fraction(0))


def _counted(sums: Sums, place: int) -> dict[str, int]:
    months, persons = int(sums.months[place].sum()), int(sums.persons[place])
    return {"insured_months": months, "patient_months": months, "persons": persons}


def _expected(months: Counts, rates: list[float]) -> float:
    """Cost at the standard's rates; sums of floats that do not depend on their order."""
    return math.fsum(m * rate for m, rate in zip(months.tolist(), rates, strict=True))
