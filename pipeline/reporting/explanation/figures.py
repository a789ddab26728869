"""Made-up figures for the example: round, the same every time, and whole for whatever a contract agrees.

Nothing special happens in them: every year has the same people at the same case mix, nothing moved out of the
domain, no prices or new drugs to set right. So the example shows what the sharing rules do, and only that.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pipeline.contract import Contract, Terms
from pipeline.settlement import Figure, Figures, IndicatorFigure
from pipeline.settlement.exact import Number
from pipeline.settlement.figures import UNITS
from pipeline.settlement.units import counted_unit, in_stratum

USUAL_NUMBER = {"insured_year": 20_000, "patient_year": 4_000, "episode": 1_500, "total": 1}
"""How many units the example has, unless the contract's own minimum asks for more."""

COST_CENTS = {"insured_year": 250_000, "patient_year": 1_000_000, "episode": 550_000, "total": 5_000_000_000}
"""What a unit costs."""

GROWTH = Fraction(103, 100)
"""The growth of a year, of all that grows by others than the parties."""

SCORE = Fraction(3, 4)
"""How far each indicator got from its floor to its goal."""

CHOSEN_RATE = Fraction(2, 100)
"""The threshold that a party chose, where a contract leaves it the choice."""


MEMBER_CENTS = 100_000_000
"""What the smallest member delivers, and what it contributes to the saving."""


def example_figures(contract: Contract, year: int, actual: Fraction, baseline: Fraction) -> Figures:
    """Figures on which a contract year can be settled.

    `actual` is the year's cost in cents; `baseline` the cost per unit of each baseline year.
    """
    terms = contract.for_year(year)
    values = {}
    for each in (*terms.baseline_years, year):
        cost = actual if each == year else baseline * number(terms)
        for name, value in _of_year(contract, terms, each, each - year, cost):
            values[name, each] = Figure(value, UNITS[name.partition(":")[0]])
    return Figures(contract.id, year, values, dict(_indicators(terms)))


def number(terms: Terms) -> int:
    """How many units the example has: the usual number, or twice what the contract asks at least."""
    code = counted_unit(terms.unit_counted_in).code
    least = terms.population_minimum_insured_years or terms.population_minimum_episodes
    return max(USUAL_NUMBER[code], 2 * least.value if least and code != "total" else 0)


def people(terms: Terms) -> int:
    """How many units, or with a total how many insured years, the example's population has."""
    least = terms.population_minimum_insured_years
    is_total = not counted_unit(terms.unit_counted_in).figure
    return max(USUAL_NUMBER["insured_year"], 2 * least.value if least else 0) if is_total else number(terms)


def _of_year(
    contract: Contract, terms: Terms, year: int, ahead: int, cost: Fraction
) -> Iterator[tuple[str, Number]]:
    """Every figure that a rule may ask for, of one year; `ahead` is how many years it lies after the settlement's."""
    unit, strata = counted_unit(terms.unit_counted_in), terms.baseline_strata
    index = Fraction(1)
    for _ in range(-ahead):
        index /= GROWTH
    per_stratum: dict[str, Number] = {
        "insured_months_without_cell": 0,
        "truncated_cents": 0,
        "expected_cents": number(terms) * COST_CENTS[unit.code],
        "demographic_cents": number(terms) * COST_CENTS[unit.code],
        "risk_score": 1,
        "demographic_score": 1,
        "earned_cents": 0,
    }
    per_stratum[unit.figure or "insured_months"] = people(terms) * (unit.per_unit if unit.figure else 12)
    names = strata.value if strata else ("",)
    for stratum in names:
        for name, value in per_stratum.items():
            yield in_stratum(name, stratum), value
        yield in_stratum("actual_cents", stratum), cost / len(names)
    yield "actual_cents", cost
    others: dict[str, Number] = {
        "comparison_observed_cents": 10**12 * index,
        "comparison_expected_cents": 10**12,
        "national_index": index,
        "persons": people(terms),
        "target_cents": number(terms) * COST_CENTS[unit.code],
        "revenue_cents": cost,
        "chosen_minimum_rate": CHOSEN_RATE,
        **dict.fromkeys(NOTHING_SPECIAL, 0),
    }
    yield from others.items()
    members = contract.parties.members.on(terms.day).value
    for place, member in enumerate(reversed(members), start=1):  # the first named does most
        yield f"member_volume:{member.agb_code}", place * MEMBER_CENTS
        yield f"member_saving_cents:{member.agb_code}", place * MEMBER_CENTS
        yield f"member_lost_revenue_cents:{member.agb_code}", 0


NOTHING_SPECIAL = (
    "moved_out_actual_cents",
    "moved_out_expected_cents",
    "price_effect_cents",
    "new_drug_cents",
    "disaster_relief_cents",
    "disaster_share",
    "left_within_year",
    "carried_loss_cents",
    "carried_gain_cents",
)


def _indicators(terms: Terms) -> Iterator[tuple[str, IndicatorFigure]]:
    """Each indicator three quarters of the way to its goal; gates and requirements just met."""
    agreed = terms.quality_indicators.value if terms.quality_indicators else ()
    for item in agreed:
        yield item.id, _measured(Fraction(item.floor) + SCORE * (Fraction(item.goal) - Fraction(item.floor)))
    for gate in terms.quality_gates.value if terms.quality_gates else ():
        if gate.indicator is not None:
            yield gate.indicator, _measured(Fraction(gate.at_least))
    for requirement in terms.access_requirements.value if terms.access_requirements else ():
        bound = requirement.at_most if requirement.at_most is not None else requirement.at_least
        yield requirement.indicator, _measured(Fraction(bound or 0))


def _measured(value: Fraction) -> IndicatorFigure:
    return IndicatorFigure(value, 1_000, float(value), float(value), "as measured")
