"""The second settlement's parts: who of the consortium gets how much, and who pays the fee.

The cap is met by raising one water level: every member gets its weight times the level, or its room if that is less.
It is poured three times into the same jars, which are as large as the cap: what was lost, what is shared, and what is
left over, each jar with room as much. Only where the contract says that the cap gives way is a jar filled above it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_FLOOR, Decimal

from tests.oracles.contract_plainly import Book, RefusedError, cut, whole_cents


def member_parts(book: Book, payable: int) -> dict[str, int]:
    """Whole cents by member; together the payable amount."""
    method = book.term("division.method")
    if method is None:
        return {}
    codes = list(book.term("division.shares" if method == "fixed" else "division.members"))
    if payable == 0:
        return dict.fromkeys(codes, 0)
    size, sign = Decimal(abs(payable)), 1 if payable > 0 else -1
    cap = book.term("division.member_cap")
    jar = size if cap is None else Decimal(cap) * size
    parts = compensation(book, codes, payable, jar)
    if cut(size - sum(parts.values())) > 0:
        weights = member_weights(book, method, codes, sign)
        pour_on(parts, size, weights, jar)
        if book.term("division.beyond_cap") == "cap_gives_way":
            pour_on(parts, size, weights, 2 * size)
        else:
            pour_on(parts, size, dict.fromkeys(codes, Decimal(1)), jar)
    return {code: sign * cents for code, cents in in_whole_cents(abs(payable), parts).items()}


def pour_on(parts: dict[str, Decimal], size: Decimal, weights: Mapping[str, Decimal], jar: Decimal) -> None:
    """What is not poured out yet, into jars that hold so much and are partly full."""
    left = cut(size - sum(parts.values()))
    if left > 0:
        for code, more in poured(left, weights, {code: jar - parts[code] for code in parts}).items():
            parts[code] += more


def compensation(book: Book, codes: list[str], payable: int, jar: Decimal) -> dict[str, Decimal]:
    """What those who lost work get first of a gain: never more than was agreed, than the jar, or than the gain."""
    share = book.term("division.compensation")
    if share is None or payable < 0:
        return dict.fromkeys(codes, Decimal(0))
    asked = {code: Decimal(share) * book.fig(f"member_lost_revenue_cents:{code}") for code in codes}
    amount = min(sum(asked.values(), Decimal(0)), Decimal(payable))
    return poured(amount, asked, {code: min(cents, jar) for code, cents in asked.items()})


def member_weights(book: Book, method: str, codes: list[str], sign: int) -> dict[str, Decimal]:
    if method == "fixed":
        return {code: Decimal(share) for code, share in book.term("division.shares").items()}
    if method == "by_volume":
        weights = {code: book.fig(f"member_volume:{code}") for code in codes}
    else:
        saved = {code: sign * book.fig(f"member_saving_cents:{code}") for code in codes}
        weights = {code: max(cents, Decimal(0)) for code, cents in saved.items()}
    if not any(weights.values()):
        raise RefusedError("nothing to divide by")
    return weights


def poured(
    amount: Decimal, weights: Mapping[str, Decimal], room: Mapping[str, Decimal]
) -> dict[str, Decimal]:
    """An amount by weights within each one's room; what finds no room is not poured."""
    able = [code for code in weights if weights[code] > 0]
    brims = {code: max(room[code], Decimal(0)) for code in able}

    def held(level: Decimal) -> dict[str, Decimal]:
        return {
            code: min(weights[code] * level, brims[code]) if code in able else Decimal(0) for code in weights
        }

    if cut(sum(brims.values())) <= cut(amount):
        return {code: brims.get(code, Decimal(0)) for code in weights}
    # The level lies between two brims: below the lower nobody more is full, and in between it rises evenly.
    for level in sorted(brims[code] / weights[code] for code in able):
        if sum(held(level).values()) >= amount:
            rising = [code for code in able if brims[code] / weights[code] >= level]
            still = amount - sum(brims[code] for code in able if code not in rising)
            return held(still / sum(weights[code] for code in rising))
    raise AssertionError("the highest brim holds it all")


def in_whole_cents(total: int, parts: Mapping[str, Decimal]) -> dict[str, int]:
    """Each part's whole cents; the cents that are left, one each to those who lost most by cutting, the first first."""
    scale = Decimal(total) / sum(parts.values())
    exact = {code: cut(part * scale) for code, part in parts.items()}
    cents = {code: int(part.to_integral_value(ROUND_FLOOR)) for code, part in exact.items()}
    for _ in range(total - sum(cents.values())):
        lost = {code: exact[code] - cents[code] for code in parts}
        unlucky = max(parts, key=lambda code: lost[code])
        cents[unlucky] += 1
    return cents


def fee_parts(book: Book) -> dict[str, int]:
    """The fee by party, whatever the result."""
    if book.term("fee.amount") is None:
        return {}
    whole = whole_cents(book.number("fee.amount") * 100)
    return (
        in_whole_cents(whole, {party: Decimal(share) for party, share in book.term("fee.key").items()})
        if whole
        else dict.fromkeys(book.term("fee.key"), 0)
    )
