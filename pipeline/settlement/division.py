"""How the consortium divides its part among its members (requirement DC 15), and the OCMO's fee, apart (DC 13).

Members who lost work can be compensated from a gain first; the rest is divided by fixed shares, by volume, or by
what each contributed to the result. No member gets, or in a loss bears, more than the cap, compensation included:
what it cannot get goes to the others in the same proportions. Where all by whose share it goes are at their cap, the
members that have room get the rest in equal parts, or the cap gives way, as was agreed. Whole cents add up exactly,
by largest remainder.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipeline.contract import Term
from pipeline.contract.terms import CENTS_PER_EURO
from pipeline.errors import FiguresError
from pipeline.money import round_cents, split_cents
from pipeline.settlement.course import Agreed, Course, Rule, Rules
from pipeline.settlement.exact import exact
from pipeline.settlement.line import Line, Quantity

FIGURES = {"by_volume": "member_volume", "by_contribution": "member_saving_cents"}

Room = Mapping[str, Fraction | None]
"""By member: the most it may get; None where nothing bounds it."""


def rules(agreed: Agreed) -> Rules:
    """What each member gets or bears of the payable amount."""
    method = agreed.terms.division_method
    if method is None:
        return
    shares, members = agreed.terms.division_shares, agreed.terms.division_members
    codes: tuple[str, ...] = ()
    if method.value == "fixed" and shares is not None:
        codes = tuple(shares.value)
    elif members is not None:
        codes = members.value
    terms = tuple(
        term
        for term in (
            method,
            shares if method.value == "fixed" else None,
            agreed.terms.division_compensation,
            agreed.terms.division_member_cap,
            agreed.terms.division_beyond_cap,
        )
        if term is not None
    )

    def divide(at: Course) -> None:
        at.parts = _parts(at, agreed, codes)

    yield Rule("division", ("payable",), divide, terms)
    for code in codes:
        yield _member(code, terms)


def _member(code: str, terms: tuple[Term[Any], ...]) -> Rule:
    def apply(at: Course) -> Line:
        return Line(
            "division",
            Quantity("member_share", at.parts[code], "cents", code),
            (Quantity("payable", int(at.value("payable")), "cents"),),
            terms,
            "consortium",
        )

    return Rule(f"member_share:{code}", ("division",), apply, terms)


def _parts(at: Course, agreed: Agreed, codes: tuple[str, ...]) -> dict[str, int]:
    """Whole cents by member, which add up to the payable amount."""
    whole = int(at.value("payable"))
    if whole == 0:
        return dict.fromkeys(codes, 0)
    cap, beyond = agreed.terms.division_member_cap, agreed.terms.division_beyond_cap
    most = exact(cap.value) * abs(whole) if cap else None
    parts = _compensations(at, agreed, codes, whole, most)
    rest = abs(whole) - sum(parts.values(), Fraction(0))
    if rest:
        weights = _weights(at, agreed, codes, gain=whole > 0)
        parts = _added(parts, within_room(rest, weights, _room(parts, most)))
        left = abs(whole) - sum(parts.values(), Fraction(0))
        if beyond is not None and beyond.value == "cap_gives_way":
            parts = _added(parts, within_room(left, weights, _room(parts, None)))
        else:
            alike = dict.fromkeys(codes, Fraction(1))
            parts = _added(parts, within_room(left, alike, _room(parts, most)))
    cents = split_cents(whole, [parts[code] for code in codes])
    return dict(zip(codes, cents, strict=True))


def _added(parts: Mapping[str, Fraction], more: Mapping[str, Fraction]) -> dict[str, Fraction]:
    return {code: part + more[code] for code, part in parts.items()}


def _room(parts: Mapping[str, Fraction], most: Fraction | None) -> Room:
    """What each may still get below the cap; without one there is room for all."""
    return {code: None if most is None else most - part for code, part in parts.items()}


def _compensations(
    at: Course, agreed: Agreed, codes: tuple[str, ...], whole: int, most: Fraction | None
) -> dict[str, Fraction]:
    """What members who lost work get first, of a gain only.

    In proportion to what was agreed for each, where the gain is too small for all; never more than that, nor than
    the cap: what the cap takes from one goes to those who are not compensated in full yet.
    """
    part = agreed.terms.division_compensation
    if part is None or whole < 0:
        return dict.fromkeys(codes, Fraction(0))
    lost = {code: at.figures.amount(f"member_lost_revenue_cents:{code}", at.year) for code in codes}
    asked = {code: exact(part.value) * cents for code, cents in lost.items()}
    room = {code: cents if most is None else min(cents, most) for code, cents in asked.items()}
    return within_room(min(sum(asked.values(), Fraction(0)), Fraction(whole)), asked, room)


def _weights(at: Course, agreed: Agreed, codes: tuple[str, ...], *, gain: bool) -> dict[str, Fraction]:
    """By what the amount is divided; of contributions only those that point the way of the result."""
    method, shares = agreed.terms.division_method, agreed.terms.division_shares
    if method is None or (method.value == "fixed" and shares is not None):
        return {code: Fraction(shares.value[code]) for code in codes} if shares else {}
    figure = FIGURES[method.value]
    measured = {code: at.figures.amount(f"{figure}:{code}", at.year) for code in codes}
    sign = 1 if gain or method.value == "by_volume" else -1
    weights = {code: max(sign * cents, Fraction(0)) for code, cents in measured.items()}
    if not any(weights.values()):
        raise FiguresError(
            f"No member has a '{figure}' by which the amount can be divided",
            where=at.figures.where,
            remedy="See to the members' figures, or agree on fixed shares.",
        )
    return weights


def within_room(amount: Fraction, weights: Mapping[str, Fraction], room: Room) -> dict[str, Fraction]:
    """An amount divided by weights so that nobody gets more than its room; None is room for all.

    What one cannot get goes to the others in the same proportions. What then finds no room is not divided: the
    parts add up to less than the amount.
    """
    parts = dict.fromkeys(weights, Fraction(0))
    open_codes = [code for code, weight in weights.items() if weight > 0]
    left = amount
    while left and open_codes:
        total = sum((weights[code] for code in open_codes), Fraction(0))
        full = []
        for code in open_codes:
            limit = room[code]
            if limit is not None and parts[code] + left * weights[code] / total >= limit:
                full.append(code)
        if not full:
            for code in open_codes:
                parts[code] += left * weights[code] / total
            return parts
        for code in full:
            limit = room[code] or Fraction(0)
            left -= limit - parts[code]
            parts[code] = limit
            open_codes.remove(code)
    return parts


def fee_rules(agreed: Agreed) -> Rules:
    """Who pays which part of the OCMO's fee; it stands beside the result and never depends on it."""
    amount, key = agreed.terms.fee_amount, agreed.terms.fee_key
    if amount is None or key is None:
        return
    parties = tuple(key.value)
    whole = round_cents(amount.value * CENTS_PER_EURO)
    cents = split_cents(whole, [key.value[party] for party in parties])
    for party, part in zip(parties, cents, strict=True):
        yield _fee(party, part, whole, (amount, key))


def _fee(party: str, part: int, whole: int, terms: tuple[Term[Decimal], Term[dict[str, Decimal]]]) -> Rule:
    line = Line(
        "fee",
        Quantity("fee_share", part, "cents", party),
        (Quantity("fee", whole, "cents"),),
        terms,
        "shared",
    )
    return Rule(f"fee_share:{party}", (), lambda at: line, terms)
