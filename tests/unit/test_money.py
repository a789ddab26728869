"""Money: named cases of rounding, dividing and writing amounts."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from pipeline.money import euros, round_cents, split_cents


@pytest.mark.parametrize(
    ("amount", "cents"),
    [
        (Decimal("2.5"), 3),
        (Decimal("-2.5"), -3),
        (Decimal("2.4999999999999999999999999999"), 2),
        (Fraction(5, 2), 3),
        (Fraction(-5, 2), -3),
        (Fraction(10**30 + 1, 2), (10**30 + 2) // 2),
        (0.5, 1),
        (-0.5, -1),
        (1.005 * 100, 100),  # the double prints as 100.49999999999999
        (100.5, 101),
        (0, 0),
        (-7, -7),
        (1e22, 10**22),
    ],
)
def test_half_a_cent_goes_away_from_zero(amount: Decimal | Fraction | float | int, cents: int) -> None:
    assert round_cents(amount) == cents


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (101, [Decimal("0.6"), Decimal("0.4")], [61, 40]),
        (2, [1, 1, 1], [1, 1, 0]),
        (10, [0, 1], [0, 10]),
        (0, [3, 4], [0, 0]),
        (7, [Fraction(1, 3)], [7]),
        (1000, [15, 15, 30, 40], [150, 150, 300, 400]),
    ],
)
def test_parts_by_largest_remainder_the_earlier_first(
    total: int, weights: list[Decimal | Fraction | int], parts: list[int]
) -> None:
    assert split_cents(total, weights) == parts


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [2, -1]])
def test_weights_that_divide_nothing(weights: list[Decimal | Fraction | int]) -> None:
    with pytest.raises(ValueError, match="non-negative and not all zero"):
        split_cents(100, weights)


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (0, "EUR 0.00"),
        (5, "EUR 0.05"),
        (-5, "-EUR 0.05"),
        (123456, "EUR 1,234.56"),
        (-100000000, "-EUR 1,000,000.00"),
    ],
)
def test_euros_as_a_person_reads_them(cents: int, text: str) -> None:
    assert euros(cents) == text
