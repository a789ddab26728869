"""Which part of the full rate the quality score gives: after one minimum, or by the first of several gates met."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from pipeline.contract import Term
from pipeline.contract.values import Brackets, Ladder, QualityGate
from pipeline.settlement.course import Agreed, Course, Rule, Rules
from pipeline.settlement.exact import exact
from pipeline.settlement.line import Line, Quantity

FULL = "share of full marks"


def rules(agreed: Agreed) -> Rules:
    """The gates that a contract has, and the score that counts."""
    terms = agreed.terms
    if terms.quality_gates is not None:
        yield from _gate_rules(agreed, terms.quality_gates)
    elif terms.quality_minimum_score is not None:
        yield from _minimum_rules(agreed, terms.quality_minimum_score)


def _minimum_rules(agreed: Agreed, minimum: Term[Decimal]) -> Rules:
    by, brackets = agreed.terms.quality_share_by, agreed.terms.quality_share_brackets
    yield Rule(
        "quality_gate",
        ("quality_score",),
        lambda at: quality_gate(at.value("quality_score"), minimum),
        (minimum,),
    )

    def counting(at: Course) -> Line:
        score, gate = at.value("quality_score"), at.outcome("quality_gate")
        part = part_of_rate(by.value if by else "linear", score, brackets)
        terms = (minimum, *((by,) if by else ()), *((brackets,) if brackets else ()))
        return counting_score("counting_score", score, part, gate, terms)

    yield Rule("counting_score", ("quality_score", "quality_gate"), counting, (minimum, by, brackets))


def _gate_rules(agreed: Agreed, gates: Term[tuple[QualityGate, ...]]) -> Rules:
    """Each gate as a line until one is met; the rate's part for a gain and, where it differs, for a loss."""
    names = tuple(f"quality_standard:{gate.id}" for gate in gates.value)
    for place, gate in enumerate(gates.value):
        yield _one_gate(gate, names[:place], gates)
    brackets = agreed.terms.quality_share_brackets
    yield Rule("quality_gate", names, lambda at: first_gate(_first_met(at, gates), gates), (gates,))
    sides = ["counting_score"]
    if agreed.terms.loss_rate_floor is not None and any(
        gate.loss not in (None, gate.gain) for gate in gates.value
    ):
        sides.append("counting_score_for_loss")
    for side in sides:

        def counting(at: Course, side: str = side) -> Line:
            score, met = at.value("quality_score"), _first_met(at, gates)
            way = "full" if met is None else met.gain if side == "counting_score" else met.loss or met.gain
            terms = (gates, *((brackets,) if brackets else ()))
            gate = "not_met" if met is None else "met"
            return counting_score(side, score, part_of_rate(way, score, brackets), gate, terms)

        yield Rule(side, ("quality_score", "quality_gate"), counting, (gates, brackets))


def _one_gate(gate: QualityGate, before: tuple[str, ...], gates: Term[tuple[QualityGate, ...]]) -> Rule:
    def apply(at: Course) -> Line | None:
        if any(at.outcome(name, "not_met") == "met" for name in before):
            return None
        measured = at.value("quality_score") if gate.indicator is None else at.measured(gate.indicator)
        return quality_standard(gate, measured, gates)

    return Rule(f"quality_standard:{gate.id}", ("quality_score", *before), apply, (gates,))


def _first_met(at: Course, gates: Term[tuple[QualityGate, ...]]) -> QualityGate | None:
    return next(
        (gate for gate in gates.value if at.outcome(f"quality_standard:{gate.id}", "not_met") == "met"), None
    )


def quality_gate(score: Fraction, minimum: Term[Decimal]) -> Line:
    """Whether the score reaches the minimum that a gain asks for."""
    return Line(
        "quality",
        Quantity("quality_gate", "met" if score >= exact(minimum.value) else "not_met", "outcome"),
        (Quantity("quality_score", score, FULL),),
        (minimum,),
        "consortium",
    )


def quality_standard(gate: QualityGate, measured: Fraction, gates: Term[tuple[QualityGate, ...]]) -> Line:
    """Whether one of several gates is met; the bound itself meets it."""
    name = "quality_score" if gate.indicator is None else "measured"
    return Line(
        "quality",
        Quantity(
            "quality_standard", "met" if measured >= exact(gate.at_least) else "not_met", "outcome", gate.id
        ),
        (
            Quantity(name, measured, FULL if gate.indicator is None else "as measured", gate.indicator or ""),
            Quantity("at_least", gate.at_least, "as measured", gate.id),
        ),
        (gates,),
        "consortium",
    )


def first_gate(met: QualityGate | None, gates: Term[tuple[QualityGate, ...]]) -> Line:
    """Whether any gate is met, and which is the first."""
    return Line(
        "quality",
        Quantity("quality_gate", "not_met" if met is None else "met", "outcome"),
        () if met is None else (Quantity("quality_standard", "met", "outcome", met.id),),
        (gates,),
        "consortium",
    )


def part_of_rate(way: str, score: Fraction, brackets: Term[Brackets] | None) -> Fraction:
    """The part of the full rate that a score gives."""
    if way == "full":
        return Fraction(1)
    if way == "brackets" and brackets is not None:
        return Ladder(brackets.value).at(score)
    return score


def counting_score(
    rule: str,
    score: Fraction,
    part: Fraction,
    gate: str,
    terms: tuple[Term[Decimal] | Term[str] | Term[Brackets] | Term[tuple[QualityGate, ...]], ...],
) -> Line:
    """The part of the rate that counts for sharing: nothing when no gate is met, for a gain and for a loss."""
    return Line(
        "quality",
        Quantity(rule, part if gate == "met" else Fraction(0), FULL),
        (Quantity("quality_score", score, FULL), Quantity("quality_gate", gate, "outcome")),
        terms,
        "consortium",
    )
