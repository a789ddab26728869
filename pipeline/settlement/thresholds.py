"""From which saving or loss a result counts: by size in brackets, by statistics, or by a party's own choice.

The threshold itself counts. On a slope the rate is linear between the bracket's own ends; the statistical minimum
is z x variation / square root of the size, which chance alone seldom reaches.
"""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from pipeline.contract import Term
from pipeline.contract.values import Brackets, Ladder, Statistical
from pipeline.settlement.course import Agreed, Course, Rule, Rules
from pipeline.settlement.line import Line, Quantity
from pipeline.settlement.units import INSURED_YEAR, CountedUnit

ROOTS = Context(prec=40)
"""Square roots are not exact; forty digits are the same on every machine."""


def rules(agreed: Agreed) -> Rules:
    """The thresholds of a contract, and whether the year's result counts."""
    sides = ["minimum_savings"]
    yield _threshold(agreed, "minimum_savings", agreed.terms.sharing_minimum_savings)
    if agreed.contract.loss is not None:
        sides.append("minimum_loss")
        own = agreed.terms.loss_minimum_loss
        yield _threshold(agreed, "minimum_loss", own or agreed.terms.sharing_minimum_savings)

    def counts(at: Course) -> Line:
        most = at.line("minimum_loss") if "minimum_loss" in sides else None
        return counting_result(at.value("savings"), at.line("minimum_savings"), most)

    yield Rule("counting_result", ("savings", *sides), counts, (agreed.terms.sharing_minimum_savings,))


def _threshold(agreed: Agreed, name: str, brackets: Term[Brackets] | None) -> Rule:
    """The threshold on one side; without brackets of its own the mirror of the other side."""
    terms, unit, year = agreed.terms, agreed.unit, agreed.year
    by_persons = terms.sharing_sized_by is not None and terms.sharing_sized_by.value == "persons"
    chosen, statistical = terms.sharing_own_choice_from, terms.sharing_statistical
    ladder = Ladder(brackets.value) if brackets else None
    sized = _sized_by(agreed, brackets)

    def apply(at: Course) -> Line:
        if by_persons:
            size = Quantity("persons", at.figures.positive("persons", year), "persons")
        else:
            known = sized.count in at.results
            number = at.value(sized.count) if known else sized.number(at.figures, year)
            size = Quantity(sized.count, number, sized.unit)
        number, target = size.amount, at.value("target")
        if chosen is not None and number >= chosen.value:
            own = at.figures.amount("chosen_minimum_rate", year)
            return threshold(name, own, target, size, (chosen,))
        if brackets is not None and ladder is not None:
            return threshold(name, ladder.at(number), target, size, (brackets,))
        if statistical is None:
            raise AssertionError("a contract has brackets or statistics: `tiers` saw to it")
        return threshold(name, statistical_rate(statistical.value, number), target, size, (statistical,))

    needs = ("target", *(() if by_persons or not unit.figure else (unit.count,)))
    return Rule(name, needs, apply, (chosen, brackets, statistical))


def _sized_by(agreed: Agreed, brackets: Term[Brackets] | None) -> CountedUnit:
    """By which units a contract is large or small: a total by insured years, as in the population's gate.

    Where a total has one rate whatever the size, no insured years are asked for.
    """
    flat = brackets is not None and len(brackets.value) == 1 and brackets.value[0].to is None
    if agreed.unit.figure or (flat and agreed.terms.sharing_own_choice_from is None):
        return agreed.unit
    return INSURED_YEAR


def statistical_rate(bounds: Statistical, size: Fraction) -> Fraction:
    """Z x variation / square root of the size, as a share of the target, within its bounds."""
    root = ROOTS.sqrt(ROOTS.divide(Decimal(size.numerator), Decimal(size.denominator)))
    rate = Fraction(bounds.z) * Fraction(bounds.variation) / Fraction(root)
    return min(max(rate, Fraction(bounds.least)), Fraction(bounds.most))


def threshold(
    name: str, rate: Fraction, target: Fraction, size: Quantity, terms: tuple[Term[Any], ...]
) -> Line:
    """The saving (`minimum_savings`) or loss (`minimum_loss`) from which a result counts."""
    return Line(
        "sharing",
        Quantity(name, rate * target, "cents"),
        (Quantity("rate", rate, "share of the target"), Quantity("target", target, "cents"), size),
        terms,
        "shared",
    )


def counting_result(savings: Fraction, least: Line, most: Line | None) -> Line:
    """Whether a gain or a loss counts: `gain`, `loss`, `below_threshold` or `bonus_only`.

    `least` is the line of the minimum saving, `most` of the minimum loss, None when no malus is agreed.
    """
    limit: Line | None
    if savings.numerator >= 0:
        limit = least
        outcome = "gain" if savings >= least.amount else "below_threshold"
    else:
        limit = most
        outcome = "bonus_only" if most is None else "loss" if -savings >= most.amount else "below_threshold"
    return Line(
        "sharing",
        Quantity("counting_result", outcome, "outcome"),
        (Quantity("savings", savings, "cents"), *((limit.result,) if limit else ())),
        (limit or least).parameters,
        "shared",
    )
