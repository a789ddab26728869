"""The intervals hold the truth as often as they say: many small populations whose truth is known."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from pipeline.demo.validation.estimates import Estimate, event_ratio, relative_change, relative_need

ROUNDS, PERSONS = 100, 1000
RATES = np.array([100.0, 400.0])
MIX = {"contracted": 0.5, "comparison": 0.3}
"""Share of persons in the dear cell."""


def population(rng: np.random.Generator, *, effect: float) -> pl.DataFrame:
    """Two sides, two years; a person's level of use stays, so that their years go together."""
    frames = []
    for side, share in MIX.items():
        cell = (rng.random(PERSONS) < share).astype(int)
        level = rng.gamma(0.8, 1 / 0.8, PERSONS)
        pid = np.arange(PERSONS) + (PERSONS if side == "comparison" else 0)
        for year in (2024, 2025):
            months = rng.integers(1, 13, PERSONS)
            factor = effect if (side, year) == ("contracted", 2025) else 1.0
            uses = rng.poisson(level * months / 4 * factor)
            frames.append(
                pl.DataFrame(
                    {"pid": pid, "group_code": side, "year": year, "cell": cell, "months": months,
                     "cents": (uses * RATES[cell] * 4).astype(np.int64)}
                )
            )  # fmt: skip
    return pl.concat(frames)


def coverage(estimates: list[Estimate], truth: float) -> float:
    return sum(estimate.holds(truth) for estimate in estimates) / len(estimates)


@pytest.mark.parametrize("effect", [1.0, 0.8])
def test_a_planted_change_lies_within_its_interval_as_often_as_it_should(effect: float) -> None:
    rng = np.random.default_rng(7)
    found = [relative_change(population(rng, effect=effect), 2025) for _ in range(ROUNDS)]
    assert 0.89 <= coverage(found, effect) <= 1
    assert np.mean([estimate.value for estimate in found]) == pytest.approx(effect, abs=0.03)


def test_greater_need_is_the_ratio_of_what_the_cells_cost_elsewhere() -> None:
    rng = np.random.default_rng(8)
    found = [relative_need(population(rng, effect=0.8), 2025) for _ in range(ROUNDS)]
    here, there = (share * RATES[1] + (1 - share) * RATES[0] for share in MIX.values())
    assert 0.89 <= coverage(found, here / there) <= 1


def test_events_are_compared_cell_by_cell() -> None:
    rng = np.random.default_rng(9)
    rates, factor = np.array([0.05, 0.10]), 0.85
    found = []
    for _ in range(ROUNDS):
        rows = [
            (
                side,
                cell,
                cases,
                int(rng.binomial(cases, rates[cell] * (factor if side == "contracted" else 1))),
            )
            for side, sizes in (("contracted", (900, 600)), ("comparison", (1500, 500)))
            for cell, cases in enumerate(sizes)
        ]
        cells = pl.DataFrame(rows, schema=["group_code", "cell", "cases", "events"], orient="row")
        found.append(event_ratio(cells))
    assert 0.89 <= coverage(found, factor) <= 1
