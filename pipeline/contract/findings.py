"""What a check of a contract finds: where, what is wrong, what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from pipeline.contract.parameter import Parameter

Finding = tuple[tuple[object, ...], str, str]
"""Where (the key's parts), what is wrong, what to do."""


def by_date(
    section: str, name: str, parameter: Parameter[Any] | None
) -> Iterator[tuple[tuple[object, ...], Any]]:
    """A parameter's values, each with its place in the contract; nothing when it was left out."""
    for day, value in parameter.values.items() if parameter else ():
        yield (section, name, "values", day), value


def repeated(items: Iterable[str]) -> list[str]:
    """What stands in a list more than once."""
    listed = list(items)
    return sorted({item for item in listed if listed.count(item) > 1})


def over_years(years: Iterable[int], found: Callable[[int], Iterable[Finding]]) -> Iterator[Finding]:
    """What is found of each year, told once for all years of which it is so; in the words `{years}` stands for them."""
    of: dict[Finding, list[int]] = {}
    for year in years:
        for finding in found(year):
            of.setdefault(finding, []).append(year)
    for (key, what, cure), so in of.items():
        yield key, what.replace("{years}", in_words(so)), cure.replace("{years}", in_words(so))


def in_words(years: Sequence[int]) -> str:
    """Years as people say them: 2025, 2025 to 2027, 2025 and 2027."""
    if len(years) > 2 and years[-1] - years[0] == len(years) - 1:
        return f"{years[0]} to {years[-1]}"
    return " and ".join(map(str, years))


def one_in_all(key: tuple[object, ...], what: str, shares: Iterable[Decimal]) -> Iterator[Finding]:
    """That shares add up to the whole."""
    total = sum(shares, Decimal(0))
    if total != 1:
        yield key, f"{what} sum to {total}", "Let them sum to exactly 1."
