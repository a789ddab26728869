"""Published numbers that the indicators' statistics must meet."""

from __future__ import annotations

import pytest
from scipy.stats import poisson

from pipeline.indicators.eq5d import utilities
from pipeline.indicators.intervals import byar_limits, count_limits, exact_limits, mean_limits


@pytest.mark.parametrize(
    ("state", "utility"), [("11111", 1.0), ("33333", 0.511), ("55555", -0.446), ("21111", 0.918)]
)
def test_dutch_eq5d_value_set(state: str, utility: float) -> None:
    worth = dict(utilities().rows())
    assert len(worth) == 5**5
    assert worth[state] == utility


def test_byar_limits_of_65_events() -> None:
    assert byar_limits(65) == pytest.approx((50.163188, 82.849139), abs=5e-7)


def test_standardised_ratio_of_895_over_835_883561() -> None:
    lower, upper = count_limits(895)
    assert pytest.approx(1.07072, abs=5e-6) == 895 / 835.883561
    assert (lower / 835.883561, upper / 835.883561) == pytest.approx((1.00171, 1.14323), abs=5e-6)


def test_a_dutch_hospital_mortality_ratio() -> None:
    """2015: 141 observed, 142 expected, published as 99 (84 to 117)."""
    lower, upper = count_limits(141)
    assert [round(100 * x / 142) for x in (141, lower, upper)] == [99, 84, 117]


@pytest.mark.parametrize("observed", [0, 1, 5, 9])
def test_limits_below_ten_are_exact(observed: int) -> None:
    lower, upper = count_limits(observed)
    assert (lower, upper) == exact_limits(observed)
    assert poisson.cdf(observed, upper) == pytest.approx(0.025)
    if observed:
        assert poisson.sf(observed - 1, lower) == pytest.approx(0.025)


def test_at_ten_byar_takes_over() -> None:
    assert count_limits(10) == byar_limits(10)


def test_mean_of_counted_values() -> None:
    mean, lower, upper = mean_limits([0.1, 0.3], [2, 2])
    assert mean == pytest.approx(0.2)
    assert upper - mean == pytest.approx(1.959964 * (0.04 / 3 / 4) ** 0.5)
    assert mean - lower == pytest.approx(upper - mean)
