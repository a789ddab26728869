"""Money, whatever the amounts: rounding agrees with plain arithmetic, and parts add up."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from pipeline.money import euros, round_cents, split_cents

cents = st.integers(-(10**15), 10**15)
weights = st.lists(
    st.one_of(
        st.integers(0, 10**6),
        st.fractions(0, 1, max_denominator=1000),
        st.decimals(0, 1, places=4, allow_nan=False),
    ),
    min_size=1,
    max_size=8,
).filter(any)


@given(st.fractions())
def test_the_nearest_cent_and_half_a_cent_away_from_zero(amount: Fraction) -> None:
    rounded = round_cents(amount)
    assert abs(rounded - amount) <= Fraction(1, 2)
    assert abs(rounded) >= abs(amount) or abs(rounded - amount) < Fraction(1, 2)
    assert round_cents(-amount) == -rounded


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=6))
def test_every_notation_of_an_amount_rounds_alike(amount: Decimal) -> None:
    rounded = int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    assert round_cents(amount) == rounded
    assert round_cents(Fraction(amount)) == rounded


@given(st.floats(-1e13, 1e13, allow_nan=False))
def test_a_float_is_what_it_prints(amount: float) -> None:
    assert round_cents(amount) == round_cents(Fraction(repr(amount)))


@given(cents)
def test_whole_cents_stay_as_they_are(amount: int) -> None:
    assert round_cents(amount) == round_cents(Fraction(amount)) == amount


@given(cents, weights)
def test_parts_add_up_and_none_is_a_cent_off(total: int, shares: list[Decimal | Fraction | int]) -> None:
    parts = split_cents(total, shares)
    whole = sum((Fraction(share) for share in shares), Fraction(0))
    assert sum(parts) == total
    for part, share in zip(parts, shares, strict=True):
        assert abs(part - Fraction(share) * total / whole) < 1
        assert part * total >= 0
        assert share or part == 0


@given(cents, weights)
def test_a_split_is_fair(total: int, shares: list[Decimal | Fraction | int]) -> None:
    """A larger share never gets less; the same shares differ by a cent at most, the earlier one ahead."""
    parts = [abs(part) for part in split_cents(total, shares)]
    dealt = list(zip([Fraction(share) for share in shares], parts, strict=True))
    for at, (share, part) in enumerate(dealt):
        for later_share, later in dealt[at + 1 :]:
            if share == later_share:
                assert part - later in (0, 1)
            elif share > later_share:
                assert part >= later
            else:
                assert part <= later


@given(cents, weights, st.integers(1, 1000))
def test_only_the_proportion_of_the_shares_counts(
    total: int, shares: list[Decimal | Fraction | int], times: int
) -> None:
    assert split_cents(total, [Fraction(share) * times for share in shares]) == split_cents(total, shares)


@given(cents)
def test_euros_say_the_amount(amount: int) -> None:
    text = euros(amount)
    assert round(Decimal(text.replace("EUR ", "").replace(",", "")) * 100) == amount
