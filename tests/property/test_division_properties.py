"""However a consortium divides: whole cents that add up, nobody above the cap, and no order that matters."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.settlement import Figure, Figures, settle
from pipeline.settlement.division import within_room
from tests.settlement_world import contract_from, plain_figures, raw_contract

MEMBERS = ("06990001", "06990002")
weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=6).filter(any)


@given(weights, st.integers(1, 10**10), st.fractions(0, 1))
@settings(max_examples=200, deadline=None)
def test_what_one_cannot_get_goes_to_the_others(shares: list[int], amount: int, cap: Fraction) -> None:
    codes = [f"m{place}" for place in range(len(shares))]
    by_code = {code: Fraction(share) for code, share in zip(codes, shares, strict=True)}
    room = dict.fromkeys(codes, cap * amount)

    parts = within_room(Fraction(amount), by_code, room)

    able = [code for code, weight in by_code.items() if weight]
    assert sum(parts.values()) == amount * min(Fraction(1), cap * len(able))
    assert all(parts[code] <= room[code] for code in codes)
    assert all(parts[code] == 0 for code in codes if code not in able)
    full = [code for code in able if parts[code] == room[code]]
    rising = [parts[code] / by_code[code] for code in able if code not in full]
    assert len(set(rising)) <= 1, "who is not full gets the same for its weight"


@given(weights, st.integers(1, 10**10))
@settings(max_examples=100, deadline=None)
def test_without_a_cap_it_is_by_weight(shares: list[int], amount: int) -> None:
    by_code = {f"m{place}": Fraction(share) for place, share in enumerate(shares)}
    parts = within_room(Fraction(amount), by_code, dict.fromkeys(by_code))
    assert parts == {code: amount * weight / sum(by_code.values()) for code, weight in by_code.items()}


def divided(
    saved: int, volumes: tuple[int, int], lost: tuple[int, int], terms: dict[str, object]
) -> list[int]:
    """Each member's cents when so many cents were saved (or, negative, lost)."""
    plain: Figures = plain_figures(
        target_cents=10**10,
        actual_cents=10**10 - saved,
        insured_months=120_000,
        indicators={"complication_ratio": 0.8, "eq5d_change": 0.25},
    )
    values = dict(plain.values)
    for code, volume, revenue in zip(MEMBERS, volumes, lost, strict=True):
        values[f"member_volume:{code}", 2025] = Figure(volume, "cents")
        values[f"member_lost_revenue_cents:{code}", 2025] = Figure(revenue, "cents")
    agreed = {"trend.growth": 0, "division.method": "by_volume", "division.members": MEMBERS, **terms}
    statement = settle(
        contract_from(raw_contract(agreed)), 2025, Figures("maasoever", 2025, values, plain.indicators)
    )
    parts = [int(statement.line("member_share", code).amount) for code in MEMBERS]
    assert sum(parts) == statement.payable_cents
    assert all(part * statement.payable_cents >= 0 for part in parts)
    return parts


cents = st.integers(0, 10**9)


@given(
    st.integers(-(10**9), 10**9),
    st.tuples(st.integers(1, 10**9), cents),
    st.tuples(cents, cents),
    st.sampled_from(["0", "0.25", "1"]),
    st.sampled_from([None, "0.5", "0.6", "1"]),
)
@settings(max_examples=60, deadline=None)
def test_members_get_what_is_payable_to_the_cent(
    saved: int, volumes: tuple[int, int], lost: tuple[int, int], compensation: str, cap: str | None
) -> None:
    terms: dict[str, object] = {"division.compensation": Decimal(compensation)}
    if cap is not None:
        terms["division.member_cap"] = Decimal(cap)
    parts = divided(saved, volumes, lost, terms)
    most = Fraction(cap or 1) * abs(sum(parts))
    assert all(abs(part) < most + 1 for part in parts if part), "compensation counts under the cap"


@given(
    st.integers(-(10**9), 10**9),
    st.tuples(cents, cents).filter(any),
    st.tuples(cents, cents),
    st.sampled_from([None, "other_members", "cap_gives_way"]),
)
@settings(max_examples=40, deadline=None)
def test_the_cap_gives_way_only_where_that_was_agreed(
    saved: int, volumes: tuple[int, int], lost: tuple[int, int], beyond: str | None
) -> None:
    terms: dict[str, object] = {
        "division.compensation": Decimal("0.25"),
        "division.member_cap": Decimal("0.6"),
        **({"division.beyond_cap": beyond} if beyond else {}),
    }
    parts = divided(saved, volumes, lost, terms)
    most = Fraction(3, 5) * abs(sum(parts))
    above = [place for place, part in enumerate(parts) if part and abs(part) >= most + 1]
    if beyond == "cap_gives_way" and not all(volumes):
        assert above in ([], [0 if volumes[0] else 1])
    else:
        assert above == []


@given(st.integers(3 * 10**8, 10**9), st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)))
@settings(max_examples=30, deadline=None)
def test_the_members_order_moves_at_most_a_cent(saved: int, volumes: tuple[int, int]) -> None:
    there = divided(saved, volumes, (0, 0), {})
    back = divided(saved, (volumes[1], volumes[0]), (0, 0), {})
    assert all(abs(one - other) <= 1 for one, other in zip(there, reversed(back), strict=True))
