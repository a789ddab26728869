"""From baseline years to the target: each year's own cost, brought to today's case mix and price level.

    updated baseline of year y = actual per insured year y  x  level t / level y  x  trend y -> t
    target per insured year    = sum over y of weight y  x  updated baseline y

where level y is what year y's population would cost per insured year at the comparison group's cost per
cell of the settlement year t. The insurer bears a change in number and in composition of the population:
the target moves with it (requirement DC 4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from pipeline.contract import Term
from pipeline.settlement.line import Line, Quantity

CENTS_PER_INSURED_YEAR = "cents per insured year"


def cost_per_insured_year(cost: Fraction, years: Fraction, basis: Term[str], year: int) -> Line:
    """Cost in the domain, after truncation, per insured year."""
    subject = str(year)
    return Line(
        "target",
        Quantity("cost_per_insured_year", cost / years, CENTS_PER_INSURED_YEAR, subject),
        (
            Quantity("actual_cents", cost, "cents", subject),
            Quantity("insured_years", years, "insured years", subject),
        ),
        (basis,),
        "shared",
    )


def case_mix_level(expected: Fraction, years: Fraction, model: Term[str], year: int) -> Line:
    """What a year's population would cost per insured year at the comparison group's cost per cell."""
    subject = str(year)
    return Line(
        "target",
        Quantity("case_mix_level", expected / years, CENTS_PER_INSURED_YEAR, subject),
        (
            Quantity("expected_cents", expected, "cents", subject),
            Quantity("insured_years", years, "insured years", subject),
        ),
        (model,),
        "insurer",
    )


def case_mix_ratio(level: Fraction, level_then: Fraction, model: Term[str], year: int, then: int) -> Line:
    """How much heavier today's population is than that of a baseline year."""
    return Line(
        "target",
        Quantity("case_mix_ratio", level / level_then, "ratio", str(then)),
        (
            Quantity("case_mix_level", level, CENTS_PER_INSURED_YEAR, str(year)),
            Quantity("case_mix_level", level_then, CENTS_PER_INSURED_YEAR, str(then)),
        ),
        (model,),
        "insurer",
    )


def agreed_trend(method: Term[str], growth: Sequence[Term[Decimal]], then: int) -> Line:
    """Agreed growth from a baseline year on, one term for each year into which cost grows."""
    factor = Fraction(1)
    for term in growth:
        factor *= 1 + Fraction(term.value)
    return Line(
        "target",
        Quantity("trend", factor, "ratio", str(then)),
        (Quantity("years_of_growth", len(growth), "years"),),
        (method, *dict.fromkeys(growth)),
        "shared",
    )


def benchmark_trend(
    method: Term[str], now: tuple[Fraction, Fraction], before: tuple[Fraction, Fraction], year: int, then: int
) -> Line:
    """The comparison group's own growth at equal case mix: (O_t / E_t) / (O_y / E_y).

    `now` and `before` are the group's observed and expected cents in the settlement and baseline year.
    """
    return Line(
        "target",
        Quantity("trend", (now[0] / now[1]) / (before[0] / before[1]), "ratio", str(then)),
        tuple(
            Quantity(name, value, "cents", str(subject))
            for subject, pair in ((year, now), (then, before))
            for name, value in zip(
                ("comparison_observed_cents", "comparison_expected_cents"), pair, strict=True
            )
        ),
        (method,),
        "insurer",
    )


def updated_baseline(cost: Fraction, ratio: Fraction, trend: Fraction, model: Term[str], then: int) -> Line:
    """A baseline year's cost at today's case mix and price level."""
    subject = str(then)
    return Line(
        "target",
        Quantity("updated_baseline", cost * ratio * trend, CENTS_PER_INSURED_YEAR, subject),
        (
            Quantity("cost_per_insured_year", cost, CENTS_PER_INSURED_YEAR, subject),
            Quantity("case_mix_ratio", ratio, "ratio", subject),
            Quantity("trend", trend, "ratio", subject),
        ),
        (model,),
        "shared",
    )


def target_per_insured_year(
    updated: Mapping[int, Fraction], weights: Term[dict[int, Decimal]], year: int
) -> Line:
    """The updated baseline years, weighted as agreed."""
    total = sum((Fraction(weight) * updated[then] for then, weight in weights.value.items()), Fraction(0))
    return Line(
        "target",
        Quantity("target_per_insured_year", total, CENTS_PER_INSURED_YEAR, str(year)),
        tuple(
            Quantity("updated_baseline", updated[then], CENTS_PER_INSURED_YEAR, str(then))
            for then in sorted(updated)
        ),
        (weights,),
        "shared",
    )


def target(per_insured_year: Fraction, years: Fraction, weights: Term[dict[int, Decimal]], year: int) -> Line:
    """The target for this year's number of insured years."""
    subject = str(year)
    return Line(
        "target",
        Quantity("target", per_insured_year * years, "cents", subject),
        (
            Quantity("target_per_insured_year", per_insured_year, CENTS_PER_INSURED_YEAR, subject),
            Quantity("insured_years", years, "insured years", subject),
        ),
        (weights,),
        "insurer",
    )


def savings(target_cents: Fraction, actual: Fraction, basis: Term[str], year: int) -> Line:
    """Target minus actual cost; negative is a loss."""
    subject = str(year)
    return Line(
        "target",
        Quantity("savings", target_cents - actual, "cents", subject),
        (
            Quantity("target", target_cents, "cents", subject),
            Quantity("actual_cents", actual, "cents", subject),
        ),
        (basis,),
        "shared",
    )
