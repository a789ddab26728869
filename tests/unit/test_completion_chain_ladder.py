"""The chain ladder against two published triangles, and where it has to give up."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pipeline.completion.chain_ladder import Triangle, development_factors, factors_to_ultimate

RAA = [
    [5012, 8269, 10907, 11805, 13539, 16181, 18009, 18608, 18662, 18834],
    [106, 4285, 5396, 10666, 13782, 15599, 15496, 16169, 16704],
    [3410, 8992, 13873, 16141, 18735, 22214, 22863, 23466],
    [5655, 11555, 15766, 21266, 23425, 26083, 27067],
    [1092, 9565, 15836, 22169, 25955, 26180],
    [1513, 6445, 11702, 12935, 15852],
    [557, 4020, 10946, 12314],
    [1351, 6947, 13112],
    [3133, 5395],
    [2063],
]
"""Automatic facultative general liability, excluding asbestos and environmental, 1981 to 1990, cumulative.

Reinsurance Association of America, Historical Loss Development Study (1991), as in Mack (1994), Measuring the
variability of chain ladder reserve estimates, and in the package chainladder (`raa`).
"""

TAYLOR_ASHE = [
    [357848, 766940, 610542, 482940, 527326, 574398, 146342, 139950, 227229, 67948],
    [352118, 884021, 933894, 1183289, 445745, 320996, 527804, 266172, 425046],
    [290507, 1001799, 926219, 1016654, 750816, 146923, 495992, 280405],
    [310608, 1108250, 776189, 1562400, 272482, 352053, 206286],
    [443160, 693190, 991983, 769488, 504851, 470639],
    [396132, 937085, 847498, 805037, 705960],
    [440832, 847631, 1131398, 1063269],
    [359480, 1061648, 1443370],
    [376686, 986608],
    [344014],
]
"""Increments. Taylor and Ashe (1983), Second moments of estimates of outstanding claims, as in Mack (1993)."""


def triangle(rows: list[list[int]]) -> Triangle:
    width = max(map(len, rows))
    return np.array([[*row, *[math.nan] * (width - len(row))] for row in rows], dtype=np.float64)


def reserve(cumulative: Triangle) -> float:
    """What is still to come: each row's last figure times its factor to ultimate, less that figure."""
    to_ultimate = factors_to_ultimate(development_factors(cumulative))
    ages = [int(np.count_nonzero(~np.isnan(row))) - 1 for row in cumulative]
    return sum(float(row[age]) * (to_ultimate[age] - 1) for row, age in zip(cumulative, ages, strict=True))


@pytest.mark.parametrize(
    ("cumulative", "published"),
    [
        (triangle(RAA), 52_135),
        (triangle([np.cumsum(row).tolist() for row in TAYLOR_ASHE]), 18_680_856),
    ],
    ids=["RAA", "Taylor-Ashe"],
)
def test_published_reserves(cumulative: Triangle, published: int) -> None:
    assert round(reserve(cumulative)) == published


def test_published_factors_of_taylor_and_ashe() -> None:
    """As Mack (1993) prints them."""
    factors = development_factors(triangle([np.cumsum(row).tolist() for row in TAYLOR_ASHE]))
    published = [3.49, 1.75, 1.46, 1.174, 1.104, 1.086, 1.054, 1.077, 1.018]
    assert factors == pytest.approx(published, abs=5e-3)


def test_credits_make_a_factor_below_one() -> None:
    assert development_factors(triangle([[100, 80], [50]])) == [0.8]


def test_an_empty_first_cell_is_no_obstacle_but_an_empty_first_column_is() -> None:
    assert development_factors(triangle([[0, 60, 66], [40, 60], [50]])) == [3.0, pytest.approx(1.1)]
    factors = development_factors(triangle([[0, 60, 66], [0, 60], [0]]))
    assert math.isnan(factors[0])
    to_ultimate = factors_to_ultimate(factors)
    assert math.isnan(to_ultimate[0])
    assert to_ultimate[1:] == [pytest.approx(1.1), 1.0]


def test_columns_in_which_nothing_ever_came_change_nothing() -> None:
    assert development_factors(triangle([[0, 0, 0], [0, 0], [0]])) == [1.0, 1.0]


@pytest.mark.parametrize("rows", [[[-10, 20], [5]], [[10, -20], [5]], [[10, 0], [5]]])
def test_what_is_not_in_proportion_has_no_factor(rows: list[list[int]]) -> None:
    assert all(math.isnan(factor) for factor in development_factors(triangle(rows)))


def test_one_period_is_what_it_is() -> None:
    assert factors_to_ultimate(development_factors(triangle([[100]]))) == [1.0]
