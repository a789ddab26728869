"""Whatever a line did from stage to stage: the parts of the causes add up to its difference, and nothing is lost."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.settlement.correction import CAUSES, Result, Results, Stage, corrected_lines

KEYS = (("payable", ""), ("savings", "2025"), ("gain_rate", ""), ("quality_gate", ""))
numbers = st.builds(Result, st.fractions(), st.just("cents"))
outcomes = st.builds(Result, st.sampled_from(["met", "not_met"]), st.just("outcome"))
results = st.dictionaries(st.sampled_from(KEYS), st.one_of(numbers, outcomes))


@st.composite
def courses(draw: st.DrawFn) -> tuple[Results, list[Stage]]:
    """What was issued, and stages of some of the causes in their order."""
    causes = draw(st.lists(st.sampled_from(CAUSES), unique=True))
    stages = [Stage(cause, draw(results)) for cause in sorted(causes, key=CAUSES.index)]
    return draw(results), stages


@given(courses())
def test_parts_add_up_to_the_difference(course: tuple[Results, list[Stage]]) -> None:
    issued, stages = course
    last = stages[-1].results if stages else issued
    lines = corrected_lines(issued, stages)
    assert {(line.rule, line.subject) for line in lines} == {*issued, *last}
    for line in lines:
        before, after = issued.get((line.rule, line.subject)), last.get((line.rule, line.subject))
        assert (line.before, line.after) == (before, after)
        if line.difference is not None and line.parts:
            gave, gives = (side.value if side else Fraction(0) for side in (before, after))
            assert line.difference == gives - gave  # type: ignore[operator]
        assert set(line.parts) <= set(line.causes)


@given(courses())
def test_a_cause_that_changes_nothing_has_no_part(course: tuple[Results, list[Stage]]) -> None:
    issued, stages = course
    still = [Stage(stage.cause, issued) for stage in stages]
    assert all(not line.causes and not line.parts for line in corrected_lines(issued, still))


def test_a_number_has_the_part_of_each_cause() -> None:
    def stage(cause: str, cents: int, gate: str) -> Stage:
        gated = {("payable", ""): Result(Fraction(cents), "cents"), ("gate", ""): Result(gate, "outcome")}
        return Stage(cause, gated)

    stages = [stage("new_claims", 70, "met"), stage("terms", 70, "met"), stage("stated", 0, "gain_forfeited")]
    payable, gate = corrected_lines(stage("", 100, "met").results, stages)
    assert (payable.parts, payable.difference) == ({"new_claims": -30, "stated": -70}, -100)
    assert (gate.parts, gate.difference, gate.causes) == ({}, None, ("stated",))


def test_causes_come_once_and_in_their_order() -> None:
    stages = [Stage("terms", {}), Stage("credits", {})]
    with pytest.raises(ValueError, match="out of order: terms, credits"):
        corrected_lines({}, stages)
