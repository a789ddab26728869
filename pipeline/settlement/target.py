"""The target, and what was saved against it.

target per unit = sum over baseline years of weight x updated baseline, or an agreed amount; x the path's part
target          = target per unit x units + agreed adjustments, or what somebody else states
savings         = target - actual cost - what care that moved out of the domain cost more than expected there
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from pipeline.contract import Term
from pipeline.errors import FiguresError
from pipeline.settlement import adjustments, baseline, target_per_unit
from pipeline.settlement.course import Agreed, Course, Rule, Rules
from pipeline.settlement.line import Line, Quantity
from pipeline.settlement.units import CountedUnit, in_stratum


def rules(agreed: Agreed) -> Rules:
    """The rules that set the target of a year and the saving against it."""
    method, year, unit = agreed.terms.target_method, agreed.year, agreed.unit
    how = method.value if method else "baseline"
    yield from target_per_unit.rules(agreed, how)
    yield from _whole(agreed, how)
    basis = agreed.terms.valuation_basis
    if unit.figure:
        yield Rule(
            f"{unit.cost}:{year}",
            (unit.count,),
            lambda at: baseline.cost_per_unit(
                _actual(at, agreed), at.value(unit.count), unit, basis, str(year)
            ),
            (basis,),
        )
    yield from adjustments.care_moved_out_rules(agreed)
    moved = ("care_moved_out",) if agreed.terms.adjustments_care_moved_out else ()

    def saved(at: Course) -> Line:
        outside = at.value("care_moved_out") if moved else None
        return savings(at.value("target"), _actual(at, agreed), outside, basis, year)

    yield Rule("savings", ("target", *moved), saved, (basis,))


def _actual(at: Course, agreed: Agreed) -> Fraction:
    """Actual cost of the settlement year; of all strata together, where there are strata."""
    if agreed.strata == ("",):
        return at.figures.amount("actual_cents", agreed.year)
    names = [in_stratum("actual_cents", stratum) for stratum in agreed.strata]
    return sum((at.figures.amount(name, agreed.year) for name in names), Fraction(0))


def _whole(agreed: Agreed, how: str) -> Rules:
    """The target in cents, before and after agreed adjustments."""
    terms, year, unit = agreed.terms, agreed.year, agreed.unit
    adjusted = adjustments.moving_the_target(agreed)
    name = "target_before_adjustments" if adjusted else "target"
    term = terms.baseline_weights if how == "baseline" else terms.target_amount or terms.target_method

    def whole(at: Course) -> Line:
        if how == "stated":
            line = stated_target(name, at.figures.amount("target_cents", year), term, year)
        else:
            units = at.value(unit.count) if unit.figure else Fraction(1)
            line = target(name, at.value(unit.target), units, unit, term, year)
        return line if adjusted else _above_zero(line, at)

    needs = () if how == "stated" else (unit.target, *((unit.count,) if unit.figure else ()))
    yield Rule(name, needs, whole, (term,))
    if adjusted:
        yield from adjusted
        causes = tuple(rule.name for rule in adjusted)
        yield Rule(
            "target",
            (name, *causes),
            lambda at: _above_zero(adjustments.adjusted_target(at, name, causes, year), at),
            tuple(term for rule in adjusted for term in rule.terms),
        )


def _above_zero(line: Line, at: Course) -> Line:
    """A target.

    Raises:
        FiguresError: when it is zero or negative.
    """
    if line.amount.numerator <= 0:
        raise FiguresError(
            f"There is no target above zero: it comes to {round(line.amount)} cents",
            where=at.figures.where,
            remedy="Look at actual_cents of the baseline years (credits may exceed what was claimed) and at what "
            "moves the target.",
        )
    return line


def stated_target(rule: str, cents: Fraction, term: Term[Any] | None, year: int) -> Line:
    """A target that somebody else sets."""
    return Line(
        "target",
        Quantity(rule, cents, "cents", str(year)),
        (Quantity("target_cents", cents, "cents", str(year)),),
        (term,) if term else (),
        "shared",
    )


def target(
    rule: str, per_unit: Fraction, units: Fraction, unit: CountedUnit, term: Term[Any] | None, year: int
) -> Line:
    """The target for this year's number of units."""
    subject = str(year)
    return Line(
        "target",
        Quantity(rule, per_unit * units, "cents", subject),
        (
            Quantity(unit.target, per_unit, unit.cents, subject),
            Quantity(unit.count, units, unit.unit, subject),
        ),
        (term,) if term else (),
        "insurer",
    )


def savings(
    target_cents: Fraction, actual: Fraction, moved_out: Fraction | None, basis: Term[str] | None, year: int
) -> Line:
    """Target minus actual cost, minus what care that moved out cost more than expected; negative is a loss."""
    subject, saved = str(year), target_cents - actual
    outside = () if moved_out is None else (Quantity("care_moved_out", moved_out, "cents", subject),)
    return Line(
        "target",
        Quantity("savings", saved if moved_out is None else saved - moved_out, "cents", subject),
        (
            Quantity("target", target_cents, "cents", subject),
            Quantity("actual_cents", actual, "cents", subject),
            *outside,
        ),
        (basis,) if basis else (),
        "shared",
    )
