"""The numbers of a contract's shares that must fit one another: brackets, rates, limits, division, order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from pipeline.contract.dated import Economy
from pipeline.contract.findings import Finding, by_date, one_in_all, over_years
from pipeline.contract.parameter import decimals
from pipeline.contract.slips import size_meant
from pipeline.contract.values import Bracket
from pipeline.periods import first_day


def share_misfits(contract: Economy) -> Iterator[Finding]:
    """What does not fit in thresholds, loss, division, fee and order."""
    yield from _thresholds(contract)
    yield from _loss(contract)
    yield from _rate_bounds(contract)
    yield from _division(contract)
    if contract.fee is not None:
        for key, shares in by_date("fee", "key", contract.fee.key):
            yield from one_in_all(key, "The parts of the fee's key", shares.values())
    yield from _order(contract)


def _thresholds(contract: Economy) -> Iterator[Finding]:
    sharing, loss = contract.sharing, contract.loss
    if (sharing.minimum_savings is None) == (sharing.statistical is None):
        yield (
            ("sharing",),
            "The minimum saving is by brackets or by statistics, and by exactly one of the two",
            "Keep sharing.minimum_savings or sharing.statistical.",
        )
    tiers = [("sharing", "minimum_savings", sharing.minimum_savings)]
    if loss is not None:
        tiers.append(("loss", "minimum_loss", loss.minimum_loss))
    for section, name, parameter in tiers:
        for key, brackets in by_date(section, name, parameter):
            yield from list(fractions(key, brackets)) or holes(key, brackets)
    for key, bounds in by_date("sharing", "statistical", sharing.statistical):
        if bounds.least > bounds.most:
            yield (
                key,
                f"The minimum is at least {bounds.least} and at most {bounds.most}",
                "Mend one of the two.",
            )


def fractions(key: tuple[object, ...], brackets: tuple[Bracket, ...]) -> Iterator[Finding]:
    """Sizes count units or persons: whole, so that a point in one was meant for thousands."""
    for place, bracket in enumerate(brackets):
        for name, size in (("from", bracket.start), ("below", bracket.end), ("at", bracket.at)):
            if size is not None and decimals(size):
                what = f"A size is a whole number, and '{name}' is {size}"
                yield (*key, place, name), what, size_meant(size)


def holes(key: tuple[object, ...], brackets: tuple[Bracket, ...]) -> Iterator[Finding]:
    """Brackets begin at 0, follow on one another, and the last has no end; slopes end within theirs."""
    if brackets[0].start != 0:
        yield (*key, 0), f"The first bracket begins at {brackets[0].start}", "Begin at 0."
    if brackets[-1].end is not None:
        yield (
            (*key, len(brackets) - 1),
            f"Nothing is agreed from {brackets[-1].end} on",
            "Leave out 'below' in the last bracket.",
        )
    for place, (one, following) in enumerate(pairwise(brackets)):
        if one.end != following.start or following.start <= one.start:
            yield (
                (*key, place + 1),
                f"Between the brackets from {one.start} and from {following.start} is a hole or an overlap",
                "Let each 'below' equal the next 'from', in rising order.",
            )
    for place, bracket in enumerate(brackets):
        ends = bracket.end if bracket.at is None else bracket.at
        sloping = bracket.to is not None
        if (sloping and ends is None) or (not sloping and bracket.at is not None):
            yield (
                (*key, place),
                f"The bracket from {bracket.start} slopes from nowhere or to nowhere",
                "Write `to` (the rate at its end) together with `below` or `at`.",
            )
        elif sloping and not (
            bracket.start < (ends or 0) and (bracket.end is None or (ends or 0) <= bracket.end)
        ):
            yield (
                (*key, place),
                f"The slope of the bracket from {bracket.start} ends at {ends}, outside it",
                "Let `at` lie above `from` and not above `below`.",
            )


def _loss(contract: Economy) -> Iterator[Finding]:
    loss, limits = contract.loss, contract.limits
    if loss is None:
        for name in ("collar", "collar_of_revenue"):
            if getattr(limits, name) is not None:
                yield (
                    ("limits", name),
                    "A collar is agreed, but no malus",
                    f"Add the section loss, or take {name} out.",
                )
        return
    if limits.collar is None:
        yield ("limits",), "A malus is agreed, but no collar that bounds it", "Add limits.collar."
    mirrored = loss.rate_floor is not None and loss.rate_ceiling is not None
    either = loss.rate_floor is not None or loss.rate_ceiling is not None
    if mirrored == (loss.rate is not None) or either != mirrored:
        yield (
            ("loss",),
            "The loss rate is either fixed or the mirror of the gain between a floor and a ceiling",
            "Keep loss.rate, or loss.rate_floor together with loss.rate_ceiling.",
        )


def _rate_bounds(contract: Economy) -> Iterator[Finding]:
    loss = contract.loss
    if loss is None or loss.rate_floor is None or loss.rate_ceiling is None:
        return
    floors, ceilings = loss.rate_floor, loss.rate_ceiling

    def crossed(year: int) -> Iterator[Finding]:
        floor, ceiling = floors.on(first_day(year)).value, ceilings.on(first_day(year)).value
        if floor > ceiling:
            yield (
                ("loss", "rate_floor"),
                f"In {{years}} the loss rate is at least {floor} and at most {ceiling}",
                "Let rate_floor be at most rate_ceiling.",
            )

    yield from over_years(contract.years, crossed)


def _division(contract: Economy) -> Iterator[Finding]:
    division = contract.division
    if division is None:
        return
    methods = set(division.method.values.values())
    if "fixed" in methods and division.shares is None:
        yield ("division",), "The division is fixed, but no shares are agreed", "Add division.shares."
    if methods - {"fixed"} and division.members is None:
        yield (
            ("division",),
            "The division is by volume or contribution, but not among whom",
            "Add division.members.",
        )
    for key, shares in by_date("division", "shares", division.shares):
        yield from one_in_all(key, "The members' shares", shares.values())
    most = [len(held) for _, held in by_date("division", "members", division.members)]
    most += [len(held) for _, held in by_date("division", "shares", division.shares)]
    for key, cap in by_date("division", "member_cap", division.member_cap):
        if most and cap * min(most) < 1:
            yield (
                key,
                f"With {min(most)} members who get at most {cap} each, a part of the whole goes to nobody",
                "Raise member_cap, so that it times the number of members is 1 or more.",
            )
    if division.beyond_cap is not None and division.member_cap is None:
        yield (
            ("division", "beyond_cap"),
            "It is agreed what happens where members are at their cap, but no cap is",
            "Add division.member_cap, or take beyond_cap out.",
        )


def _order(contract: Economy) -> Iterator[Finding]:
    """No rule comes, over others, after itself. Whether rules exist and can stand so, the settlement says."""
    if contract.order is None:
        return
    for key, pairs in by_date("order", "after", contract.order.after):
        after: dict[str, set[str]] = {}
        for pair in pairs:
            after.setdefault(pair.rule, set()).add(pair.after)
        circle = _circle(after)
        if circle:
            yield (
                key,
                f"The order of the rules goes round: {' after '.join(circle)}",
                "Take out one of these.",
            )


def _circle(after: dict[str, set[str]]) -> list[str]:
    """Rules that come after one another in a circle, the first named again at the end; empty when none do."""

    def follow(path: list[str]) -> list[str]:
        for rule in sorted(after.get(path[-1], ())):
            if rule in path:
                return [*path[path.index(rule) :], rule]
            found = follow([*path, rule])
            if found:
                return found
        return []

    return next((found for rule in sorted(after) if (found := follow([rule]))), [])
