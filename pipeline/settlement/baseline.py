"""From a baseline year's own cost to what it would be now, at today's case mix and price level.

    updated baseline of year y = actual per unit of y  x  level t / level y  x  trend y -> t

where level y is what year y's population would cost per unit at the standard's cost per cell of the settlement
year t, or its risk score. The insurer bears a change in number and in composition of the population: the target
moves with it (requirement DC 4).
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from pipeline.contract import Term
from pipeline.settlement import case_mix, trend
from pipeline.settlement.course import Agreed, Course, Rule, Rules
from pipeline.settlement.exact import exact
from pipeline.settlement.line import Line, Quantity
from pipeline.settlement.units import CountedUnit, in_stratum, key, subject_of


def rules(agreed: Agreed, stratum: str) -> Rules:
    """The rules that bring each baseline year of one stratum to the settlement year."""
    model, year = agreed.terms.case_mix_model, agreed.year
    if model is not None:
        yield case_mix.level_rule(agreed, model, year, stratum)
    for then in agreed.years:
        yield _cost(agreed, then, stratum)
        if agreed.terms.baseline_kept_savings is not None:
            yield _rebased(agreed, agreed.terms.baseline_kept_savings, then, stratum)
        if model is not None:
            yield case_mix.level_rule(agreed, model, then, stratum)
            yield from case_mix.ratio_rules(agreed, model, then, stratum)
        yield trend.rule(agreed, then, stratum)
        yield _updated(agreed, then, stratum)


def _cost(agreed: Agreed, then: int, stratum: str) -> Rule:
    unit, basis = agreed.unit, agreed.terms.valuation_basis

    def apply(at: Course) -> Line:
        units = unit.number(at.figures, then, stratum)
        cost = at.figures.amount(in_stratum("actual_cents", stratum), then)
        return cost_per_unit(cost, units, unit, basis, subject_of(then, stratum))

    return Rule(key(unit.cost, then, stratum), (), apply, (basis, agreed.terms.baseline_weights))


def cost_per_unit(
    cost: Fraction, units: Fraction, unit: CountedUnit, basis: Term[str] | None, subject: str
) -> Line:
    """Cost in the domain, after truncation, per unit."""
    return Line(
        "target",
        Quantity(unit.cost, cost / units, unit.cents, subject),
        (
            Quantity("actual_cents", cost, "cents", subject),
            Quantity(unit.count, units, unit.unit, subject),
        ),
        (basis,) if basis else (),
        "shared",
    )


def _rebased(agreed: Agreed, kept: Term[Decimal], then: int, stratum: str) -> Rule:
    unit, cost = agreed.unit, key(agreed.unit.cost, then, stratum)

    def apply(at: Course) -> Line:
        earned = at.figures.amount(in_stratum("earned_cents", stratum), then)
        units = unit.number(at.figures, then, stratum)
        return rebased_cost(at.value(cost), earned / units, unit, kept, subject_of(then, stratum))

    return Rule(key("rebased_cost", then, stratum), (cost,), apply, (kept,))


def rebased_cost(
    cost: Fraction, earned: Fraction, unit: CountedUnit, kept: Term[Decimal], subject: str
) -> Line:
    """What a year of an earlier term cost, and the part of what was earned in it that stays in the baseline.

    Without it, a party that saved would begin its next term from its own low cost alone (requirement DC 9).
    """
    return Line(
        "target",
        Quantity("rebased_cost", cost + exact(kept.value) * earned, unit.cents, subject),
        (Quantity(unit.cost, cost, unit.cents, subject), Quantity("earned", earned, unit.cents, subject)),
        (kept,),
        "shared",
    )


def _updated(agreed: Agreed, then: int, stratum: str) -> Rule:
    unit, model, weights = agreed.unit, agreed.terms.case_mix_model, agreed.terms.baseline_weights
    rebased = "rebased_cost" if agreed.terms.baseline_kept_savings is not None else unit.cost
    cost, ratio, growth = (key(rule, then, stratum) for rule in (rebased, "case_mix_ratio", "trend"))
    subject, term = subject_of(then, stratum), model or weights

    def apply(at: Course) -> Line:
        own = Quantity(rebased, at.value(cost), unit.cents, subject)
        mixed = Quantity("case_mix_ratio", at.value(ratio), "ratio", subject) if model else None
        factor = Quantity("trend", at.value(growth), "ratio", subject)
        return updated_baseline(own, mixed, factor, unit, (term,) if term else ())

    return Rule(
        key("updated_baseline", then, stratum), (cost, *((ratio,) if model else ()), growth), apply, (term,)
    )


def updated_baseline(
    cost: Quantity,
    ratio: Quantity | None,
    growth: Quantity,
    unit: CountedUnit,
    terms: tuple[Term[str] | Term[dict[int, Decimal]], ...],
) -> Line:
    """A baseline year's cost at today's case mix and price level; a contract may correct for no case mix."""
    inputs = (cost, ratio, growth) if ratio else (cost, growth)
    total = Fraction(1)
    for item in inputs:
        total *= item.amount
    return Line(
        "target", Quantity("updated_baseline", total, unit.cents, cost.subject), inputs, terms, "shared"
    )
