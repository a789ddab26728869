"""The numbers of a contract that must fit one another: weights, bounds, brackets, rates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any

from pipeline.contract.language import Contract
from pipeline.contract.parameter import Parameter
from pipeline.contract.values import Bracket, Indicator
from pipeline.periods import first_day

Finding = tuple[tuple[object, ...], str, str]
"""Where (the key's parts), what is wrong, what to do."""


def misfits(contract: Contract) -> Iterator[Finding]:
    """All numbers that do not fit one another, in the order of the contract's sections."""
    yield from _age_bounds(contract)
    yield from _baseline(contract)
    yield from _trend(contract)
    yield from _quality(contract)
    yield from _brackets(contract)
    yield from _loss(contract)


def by_date(section: str, name: str, parameter: Parameter[Any]) -> Iterator[tuple[tuple[object, ...], Any]]:
    """A parameter's values, each with its place in the contract."""
    for day, value in parameter.values.items():
        yield (section, name, "values", day), value


def repeated(items: Iterable[str]) -> list[str]:
    """What stands in a list more than once."""
    listed = list(items)
    return sorted({item for item in listed if listed.count(item) > 1})


def _age_bounds(contract: Contract) -> Iterator[Finding]:
    for key, bounds in by_date("case_mix", "age_bounds", contract.case_mix.age_bounds):
        if bounds[0] != 0 or list(bounds) != sorted(set(bounds)):
            yield (
                key,
                "The age classes leave a hole or overlap",
                "Begin at 0 and let each bound be higher than the last.",
            )


def _baseline(contract: Contract) -> Iterator[Finding]:
    for key, weights in by_date("baseline", "weights", contract.baseline.weights):
        total = sum(weights.values(), Decimal(0))
        if total != 1:
            yield key, f"The weights of the baseline years sum to {total}", "Let them sum to exactly 1."
        late = [year for year in weights if year >= contract.contract.first_year]
        if late:
            yield (
                key,
                f"Baseline year {late[0]} is no year before the contract",
                "Use years before the first year.",
            )


def _trend(contract: Contract) -> Iterator[Finding]:
    """Agreed growth must be known for each year between the oldest baseline year and the last year."""
    growth = contract.trend.growth
    if "agreed" not in contract.trend.method.values.values():
        return
    oldest = min(year for weights in contract.baseline.weights.values.values() for year in weights)
    if growth is None:
        yield ("trend", "growth"), "The trend is agreed, but no growth is", "Add growth, or choose benchmark."
    elif min(growth.values) > first_day(oldest + 1):
        yield (
            ("trend", "growth", "values"),
            f"No growth is agreed from {oldest} to {oldest + 1}",
            f"Add a value with an effective date of {first_day(oldest + 1)} or earlier.",
        )


def _quality(contract: Contract) -> Iterator[Finding]:
    if contract.quality is None:
        return
    for key, indicators in by_date("quality", "indicators", contract.quality.indicators):
        total = sum((indicator.weight for indicator in indicators), Decimal(0))
        if total != 1:
            yield key, f"The weights of the indicators sum to {total}", "Let them sum to exactly 1."
        for code in repeated(indicator.id for indicator in indicators):
            yield key, f"Indicator '{code}' stands there twice", "Keep it once."
        yield from (_wrong_way(key, item) for item in indicators if not _points_the_right_way(item))


def _points_the_right_way(indicator: Indicator) -> bool:
    if indicator.direction == "higher_is_better":
        return indicator.goal > indicator.floor
    return indicator.goal < indicator.floor


def _wrong_way(key: tuple[object, ...], indicator: Indicator) -> Finding:
    return (
        key,
        f"Indicator '{indicator.id}': floor {indicator.floor} and goal {indicator.goal} contradict "
        f"'{indicator.direction}'",
        "The goal must be on the better side of the floor.",
    )


def _brackets(contract: Contract) -> Iterator[Finding]:
    tiers = [("sharing", "minimum_savings", contract.sharing.minimum_savings)]
    if contract.loss is not None:
        tiers.append(("loss", "minimum_loss", contract.loss.minimum_loss))
    for section, name, parameter in tiers:
        for key, brackets in by_date(section, name, parameter):
            yield from _holes(key, brackets)


def _holes(key: tuple[object, ...], brackets: tuple[Bracket, ...]) -> Iterator[Finding]:
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


def _loss(contract: Contract) -> Iterator[Finding]:
    loss, collar = contract.loss, contract.limits.collar
    if loss is None:
        if collar is not None:
            yield (
                ("limits", "collar"),
                "A collar is agreed, but no malus",
                "Add the section loss, or take collar out.",
            )
        return
    if collar is None:
        yield ("limits",), "A malus is agreed, but no collar that bounds it", "Add limits.collar."
    for year in contract.years:
        day = first_day(year)
        floor, ceiling = loss.rate_floor.on(day).value, loss.rate_ceiling.on(day).value
        if floor > ceiling:
            yield (
                ("loss", "rate_floor"),
                f"In {year} the loss rate is at least {floor} and at most {ceiling}",
                "Let rate_floor be at most rate_ceiling.",
            )
