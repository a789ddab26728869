"""From measured indicators to the quality score; what it opens and gives is in `quality_gates`."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from pipeline.contract import Term
from pipeline.contract.values import Indicator
from pipeline.settlement import quality_gates
from pipeline.settlement.course import Agreed, Course, Rule, Rules
from pipeline.settlement.exact import exact
from pipeline.settlement.line import Line, Quantity
from pipeline.settlement.quality_gates import FULL

Indicators = Term[tuple[Indicator, ...]]
NONE, ALL = Fraction(0), Fraction(1)
OR_AGREE = "Or agree on quality.while_unknown (floor or goal), to settle provisionally until then."
"""What can be done besides about an indicator that makes the score; not about one of access or of a gate alone."""


def rules(agreed: Agreed) -> Rules:
    """The rules about quality that a contract has for a year."""
    terms = agreed.terms
    indicators = terms.quality_indicators
    if indicators is None:
        line = no_quality_terms()
        yield Rule("no_quality_terms", (), lambda at: line)
        return
    scores = {item.id: f"indicator_score:{item.id}" for item in indicators.value}
    for item in indicators.value:
        yield _score_rule(item, indicators)

    def weighed(at: Course) -> Line:
        return quality_score({code: at.value(rule) for code, rule in scores.items()}, indicators)

    yield Rule("quality_score", tuple(scores.values()), weighed, (indicators,))
    yield from quality_gates.rules(agreed)


def _score_rule(item: Indicator, indicators: Indicators) -> Rule:
    return Rule(
        f"indicator_score:{item.id}",
        (),
        lambda at: indicator_score(item, at.measured(item.id, OR_AGREE), indicators),
        (indicators,),
    )


def indicator_score(indicator: Indicator, measured: Fraction, agreed: Indicators) -> Line:
    """0 at or beyond the floor, 1 at or beyond the goal, linear between them, whichever way is better."""
    floor, goal = exact(indicator.floor), exact(indicator.goal)
    way, whole = (measured - floor, goal - floor) if floor <= goal else (floor - measured, floor - goal)
    score = NONE if way.numerator <= 0 else ALL if way >= whole else way if whole == ALL else way / whole
    return Line(
        "quality",
        Quantity("indicator_score", score, FULL, indicator.id),
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
    total = sum((exact(item.weight) * scores[item.id] for item in agreed.value), Fraction(0))
    return Line(
        "quality",
        Quantity("quality_score", total, FULL),
        tuple(Quantity("indicator_score", scores[item.id], FULL, item.id) for item in agreed.value),
        (agreed,),
        "consortium",
    )


def no_quality_terms() -> Line:
    """The score of a contract that agrees nothing about quality: full, so that the share is the full rate."""
    return Line("quality", Quantity("no_quality_terms", Fraction(1), FULL), (), (), "shared")
