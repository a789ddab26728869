"""How heavy a population is, and how much heavier today's is than that of a baseline year.

The level of a year is what its population would cost per unit at the standard's cost per cell, or its risk score. The
insurer bears the composition of the population; only the part that depends on coding may be capped (requirement DC 4).
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from pipeline.contract import Term
from pipeline.settlement.course import Agreed, Course, Rule, Rules
from pipeline.settlement.exact import exact
from pipeline.settlement.line import Line, Quantity
from pipeline.settlement.units import CountedUnit, in_stratum, key, subject_of


def level_rule(agreed: Agreed, model: Term[str], year: int, stratum: str) -> Rule:
    """The case-mix level of one year and stratum."""
    unit, subject = agreed.unit, subject_of(year, stratum)

    def apply(at: Course) -> Line:
        if model.value == "score":
            return risk_score(at.figures.positive(in_stratum("risk_score", stratum), year), model, subject)
        expected = at.figures.positive(in_stratum("expected_cents", stratum), year)
        return case_mix_level(expected, unit.number(at.figures, year, stratum), unit, model, subject)

    return Rule(key("case_mix_level", year, stratum), (), apply, (model,))


def case_mix_level(
    expected: Fraction, units: Fraction, unit: CountedUnit, model: Term[str], subject: str
) -> Line:
    """What a year's population would cost per unit at the standard's cost per cell."""
    return Line(
        "target",
        Quantity("case_mix_level", expected / units, unit.cents, subject),
        (
            Quantity("expected_cents", expected, "cents", subject),
            Quantity(unit.count, units, unit.unit, subject),
        ),
        (model,),
        "insurer",
    )


def risk_score(score: Fraction, model: Term[str], subject: str) -> Line:
    """The level of a population that comes as a risk score."""
    return Line(
        "target",
        Quantity("case_mix_level", score, "ratio", subject),
        (Quantity("risk_score", score, "ratio", subject),),
        (model,),
        "insurer",
    )


def ratio_rules(agreed: Agreed, model: Term[str], then: int, stratum: str) -> Rules:
    """How much heavier today's population is than that of a baseline year, with its coding capped where agreed."""
    now, before = (key("case_mix_level", each, stratum) for each in (agreed.year, then))
    unit = agreed.unit.cents if model.value != "score" else "ratio"
    subjects = subject_of(agreed.year, stratum), subject_of(then, stratum)
    cap = agreed.terms.case_mix_coding_cap
    if cap is None:
        yield Rule(
            key("case_mix_ratio", then, stratum),
            (now, before),
            lambda at: case_mix_ratio(at.value(now), at.value(before), unit, model, subjects),
            (model,),
        )
        return
    coding = key("coding_growth", then, stratum)

    def demography(at: Course) -> Fraction:
        return _demographic(at, agreed, agreed.year, stratum) / _demographic(at, agreed, then, stratum)

    yield Rule(
        coding,
        (now, before),
        lambda at: coding_growth(at.value(now) / at.value(before), demography(at), cap, subjects[1]),
        (cap,),
    )
    yield Rule(
        key("case_mix_ratio", then, stratum),
        (coding,),
        lambda at: capped_ratio(demography(at), at.value(coding), model, cap, subjects[1]),
        (model, cap),
    )


def _demographic(at: Course, agreed: Agreed, year: int, stratum: str) -> Fraction:
    """The level of a year's population by demography alone."""
    model = agreed.terms.case_mix_model
    if model is not None and model.value == "score":
        return at.figures.positive(in_stratum("demographic_score", stratum), year)
    expected = at.figures.positive(in_stratum("demographic_cents", stratum), year)
    return expected / agreed.unit.number(at.figures, year, stratum)


def case_mix_ratio(
    level: Fraction, level_then: Fraction, unit: str, model: Term[str], subjects: tuple[str, str]
) -> Line:
    """How much heavier today's population is than that of a baseline year; `subjects` are now and then."""
    return Line(
        "target",
        Quantity("case_mix_ratio", level / level_then, "ratio", subjects[1]),
        (
            Quantity("case_mix_level", level, unit, subjects[0]),
            Quantity("case_mix_level", level_then, unit, subjects[1]),
        ),
        (model,),
        "insurer",
    )


def coding_growth(ratio: Fraction, demographic: Fraction, cap: Term[Decimal], subject: str) -> Line:
    """The growth of the case mix that demography does not explain, at most as much as was agreed."""
    growth = ratio / demographic
    return Line(
        "target",
        Quantity("coding_growth", min(growth, 1 + exact(cap.value)), "ratio", subject),
        (
            Quantity("uncapped_ratio", ratio, "ratio", subject),
            Quantity("demographic_ratio", demographic, "ratio", subject),
        ),
        (cap,),
        "consortium",
    )


def capped_ratio(
    demographic: Fraction, coding: Fraction, model: Term[str], cap: Term[Decimal], subject: str
) -> Line:
    """The case-mix ratio with its coding-sensitive part capped; demography counts in full."""
    return Line(
        "target",
        Quantity("case_mix_ratio", demographic * coding, "ratio", subject),
        (
            Quantity("demographic_ratio", demographic, "ratio", subject),
            Quantity("coding_growth", coding, "ratio", subject),
        ),
        (model, cap),
        "insurer",
    )
