"""What a table of persons does not tell, and is therefore assumed or given: quality, access, prices, an index, revenue.

Quality is assumed to lie at one place between floor and goal for all indicators; access is met; nothing moved out of
the domain, no disaster happened, nobody left, and earlier years left nothing to carry over. Figures that somebody must
know (an index, a risk score, a target that is set elsewhere) are given by year.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from pipeline.contract.terms import EconomicTerms
from pipeline.settlement.figures import IndicatorFigure

NOUGHT = (
    "moved_out_actual_cents",
    "moved_out_expected_cents",
    "price_effect_cents",
    "new_drug_cents",
    "disaster_relief_cents",
    "disaster_share",
    "left_within_year",
    "earned_cents",
    "carried_loss_cents",
    "carried_gain_cents",
)
"""Figures that are nothing unless they are given."""

Given = Mapping[str, Mapping[int, Fraction] | Fraction]


@dataclass(frozen=True)
class Assumed:
    """What is assumed: quality from 0 (all indicators at their floor) to 1 (at their goal), and given figures."""

    quality: Decimal = Decimal(1)
    given: Given = field(default_factory=dict)

    def figure(self, name: str, year: int) -> Fraction | None:
        """A given figure of a calendar year, or one that is nothing; None when it is not known."""
        value = self.given.get(name)
        if value is None:
            return Fraction(0) if name in NOUGHT else None
        return value.get(year) if isinstance(value, Mapping) else value

    def indicators(self, terms: EconomicTerms) -> dict[str, IndicatorFigure]:
        """Each indicator as far from floor to goal as is assumed; access and other gates are just met."""
        measured: dict[str, Decimal] = {}
        for requirement in terms.access_requirements.value if terms.access_requirements else ():
            bound = requirement.at_most if requirement.at_least is None else requirement.at_least
            measured[requirement.indicator] = Decimal(0) if bound is None else bound
        for gate in terms.quality_gates.value if terms.quality_gates else ():
            if gate.indicator is not None:
                measured[gate.indicator] = gate.at_least
        for item in terms.quality_indicators.value if terms.quality_indicators else ():
            measured[item.id] = item.floor + self.quality * (item.goal - item.floor)
        return {
            code: IndicatorFigure(value, 0, float(value), float(value), "as assumed")
            for code, value in measured.items()
        }


def asked(terms: EconomicTerms) -> Iterator[str]:
    """The figures that a contract asks for and no table of persons tells: they must be given."""
    method, kinds = terms.target_method, set()
    if terms.trend_method is not None:
        kinds = set(terms.trend_blend.value) if terms.trend_blend else {terms.trend_method.value}
    if method is not None and method.value == "stated":
        yield "target_cents"
    elif (method is None or method.value == "baseline") and "national" in kinds:
        yield "national_index"
    if terms.case_mix_model is not None and terms.case_mix_model.value == "score":
        yield "risk_score"
        if terms.case_mix_coding_cap is not None:
            yield "demographic_score"
    if terms.sharing_own_choice_from is not None:
        yield "chosen_minimum_rate"


def nothing_asked(terms: EconomicTerms) -> Iterator[str]:
    """The figures that a contract asks for and that are nothing unless they are given."""
    if terms.adjustments_care_moved_out is not None:
        yield from ("moved_out_actual_cents", "moved_out_expected_cents")
    disaster = terms.adjustments_disaster
    for name, term in (
        ("price_effect_cents", terms.adjustments_price),
        ("new_drug_cents", terms.adjustments_new_drug),
        ("disaster_relief_cents", disaster if disaster and disaster.value == "amount" else None),
        ("disaster_share", disaster if disaster and disaster.value != "amount" else None),
        ("left_within_year", terms.termination_gain),
        ("earned_cents", terms.baseline_kept_savings),
        ("carried_loss_cents", terms.carry_over_unshared_loss),
        ("carried_gain_cents", terms.carry_over_gain_above_cap),
    ):
        if term is not None:
            yield name


def wanted(terms: EconomicTerms) -> Iterator[str]:
    """All figures that can be given for a contract: nothing else is of use to it."""
    yield from asked(terms)
    yield from nothing_asked(terms)
    if terms.limits_cap_of_revenue is not None or terms.limits_collar_of_revenue is not None:
        yield "revenue_cents"
