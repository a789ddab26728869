"""Access for patients: the least that was agreed, and what is lost when it is missed (requirement DC 11)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from pipeline.contract import Term
from pipeline.contract.values import Requirement
from pipeline.settlement.course import Agreed, Course, Rule, Rules
from pipeline.settlement.line import Line, Quantity

Requirements = Term[tuple[Requirement, ...]]


def rules(agreed: Agreed) -> Rules:
    """One line for each requirement, and the gate they make together."""
    requirements, missed = agreed.terms.access_requirements, agreed.terms.access_if_missed
    if requirements is None or missed is None:
        return
    names = {item.id: f"access_requirement:{item.id}" for item in requirements.value}
    for item in requirements.value:
        yield _one(item, requirements)

    def gate(at: Course) -> Line:
        return access_gate({code: at.outcome(name) for code, name in names.items()}, requirements, missed)

    yield Rule("access_gate", tuple(names.values()), gate, (requirements, missed))


def _one(item: Requirement, requirements: Requirements) -> Rule:
    return Rule(
        f"access_requirement:{item.id}",
        (),
        lambda at: access_requirement(item, at.measured(item.indicator), requirements),
        (requirements,),
    )


def access_requirement(item: Requirement, measured: Fraction, requirements: Requirements) -> Line:
    """Whether a measured value is within its bound; the bound itself is."""
    high, low = item.at_most, item.at_least
    within = (high is None or measured <= high) and (low is None or measured >= low)
    bound = Quantity("at_most", high, "as measured", item.id) if high is not None else None
    if low is not None:
        bound = Quantity("at_least", low, "as measured", item.id)
    return Line(
        "access",
        Quantity("access_requirement", "met" if within else "not_met", "outcome", item.id),
        (Quantity("measured", measured, "as measured", item.indicator), *((bound,) if bound else ())),
        (requirements,),
        "consortium",
    )


def access_gate(outcomes: Mapping[str, str], requirements: Requirements, missed: Term[str]) -> Line:
    """Whether all requirements are met; if not, what the contract says of it."""
    met = all(outcome == "met" for outcome in outcomes.values())
    return Line(
        "access",
        Quantity("access_gate", "met" if met else missed.value, "outcome"),
        tuple(Quantity("access_requirement", outcome, "outcome", code) for code, outcome in outcomes.items()),
        (requirements, missed),
        "consortium",
    )
