"""From measured indicators to the quality score that decides the consortium's share."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from pipeline.contract import Term
from pipeline.contract.values import Indicator
from pipeline.settlement.line import Line, Quantity

Indicators = Term[tuple[Indicator, ...]]


def indicator_score(indicator: Indicator, measured: Fraction, agreed: Indicators) -> Line:
    """0 at or beyond the floor, 1 at or beyond the goal, linear between them, whichever way is better."""
    floor, goal = Fraction(indicator.floor), Fraction(indicator.goal)
    score = min(max((measured - floor) / (goal - floor), Fraction(0)), Fraction(1))
    return Line(
        "quality",
        Quantity("indicator_score", score, "share of full marks", indicator.id),
        (
            Quantity("measured", measured, "as measured", indicator.id),
            Quantity("floor", indicator.floor, "as measured", indicator.id),
            Quantity("goal", indicator.goal, "as measured", indicator.id),
        ),
        (agreed,),
        "consortium",
    )


def quality_score(scores: Mapping[str, Fraction], agreed: Indicators) -> Line:
    """The indicators' scores, weighted as agreed."""
    total = sum((Fraction(item.weight) * scores[item.id] for item in agreed.value), Fraction(0))
    return Line(
        "quality",
        Quantity("quality_score", total, "share of full marks"),
        tuple(
            Quantity("indicator_score", scores[item.id], "share of full marks", item.id)
            for item in agreed.value
        ),
        (agreed,),
        "consortium",
    )


def quality_gate(score: Fraction, minimum: Term[Decimal]) -> Line:
    """Whether the score reaches the minimum that a gain asks for."""
    return Line(
        "quality",
        Quantity("quality_gate", "met" if score >= minimum.value else "not_met", "outcome"),
        (Quantity("quality_score", score, "share of full marks"),),
        (minimum,),
        "consortium",
    )


def no_quality_terms() -> Line:
    """The score of a contract that agrees nothing about quality: full, so that the share is the full rate."""
    return Line("quality", Quantity("no_quality_terms", Fraction(1), "share of full marks"), (), (), "shared")


def counting_score(score: Fraction, gate: str, minimum: Term[Decimal]) -> Line:
    """The score that counts for sharing: below the minimum it is zero, for a gain and for a loss."""
    return Line(
        "quality",
        Quantity("counting_score", score if gate == "met" else Fraction(0), "share of full marks"),
        (Quantity("quality_score", score, "share of full marks"), Quantity("quality_gate", gate, "outcome")),
        (minimum,),
        "consortium",
    )
