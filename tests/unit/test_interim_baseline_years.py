"""Baseline years that are still running out when the next contract year is looked ahead at."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import pytest

from pipeline.reporting.interim.outlook import outlook
from pipeline.reporting.interim.state import YearState
from tests.interim_world import polderzorg_state, state

OBSERVED = ("actual_cents", "truncated_cents", "comparison_observed_cents")


def with_a_tenth_to_come(given: YearState) -> YearState:
    """The state with nine tenths of what was observed of 2024."""
    values = {
        (name, year): dataclasses.replace(figure, value=figure.value * 9 // 10)
        if year == 2024 and name in OBSERVED
        else figure
        for (name, year), figure in given.figures.values.items()
    }
    return dataclasses.replace(given, figures=dataclasses.replace(given.figures, values=values))


def expected_savings(given: YearState) -> int:
    found = outlook(given)
    assert found is not None
    return found.low.savings_cents


@pytest.mark.parametrize(
    "complete", [state(measured=True), polderzorg_state()], ids=["agreed trend", "benchmark"]
)
def test_a_baseline_year_that_is_not_all_in_moves_no_savings(complete: YearState) -> None:
    tenth = {group: Fraction(10, 9) for group in ("contracted", "comparison")}
    completed = dataclasses.replace(with_a_tenth_to_come(complete), run_out_before={2024: tenth})
    assert expected_savings(completed) == pytest.approx(expected_savings(complete), abs=1)


def test_left_as_it_came_it_would_lower_the_target() -> None:
    """So that the test above cannot pass by itself."""
    complete = state(measured=True)
    assert expected_savings(with_a_tenth_to_come(complete)) < expected_savings(complete) - 1_000_000
