"""What may not be with effective dates: a first day without a value, a change within a year, one that never holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from pipeline.contract.dated import Dated
from pipeline.contract.findings import Finding
from pipeline.contract.versions import ANY_DAY
from pipeline.periods import first_day

MANY = 5
"""More parameters than this that begin too late on one day are told in one message."""


def undated(contract: Dated) -> Iterator[Finding]:
    """Every parameter has a value from the first day on; settled terms change on 1 January only."""
    yield from _from_the_first_day(contract)
    yield from _changes(contract)


def _from_the_first_day(contract: Dated) -> Iterator[Finding]:
    """Of many that begin too late on one day, one message: then the first year is more likely the slip."""
    start = first_day(contract.contract.first_year)
    late: dict[dt.date, list[tuple[str, str]]] = {}
    for section, name, parameter in contract.parameters():
        if min(parameter.values) > start:
            late.setdefault(min(parameter.values), []).append((section, name))
    for begins, names in late.items():
        if len(names) > MANY:
            yield _many_late(start, begins, names)
        else:
            yield from (_late(start, begins, section, name) for section, name in names)


def _late(start: dt.date, begins: dt.date, section: str, name: str) -> Finding:
    return (
        (section, name, "values", begins),
        f"'{section}.{name}' has no value on {start}, the contract's first day; its first holds from {begins}",
        f"Write `{start}:` in the place of `{begins}:`, or add a value with an effective date of {start} or earlier.",
    )


def _many_late(start: dt.date, begins: dt.date, names: list[tuple[str, str]]) -> Finding:
    named = ", ".join(f"{section}.{name}" for section, name in names)
    mended = f"Write `first_year: {begins.year}`" if begins == first_day(begins.year) else "Mend first_year"
    return (
        ("contract", "first_year"),
        f"{len(names)} parameters have no value on {start}, the contract's first day; their first hold from {begins}:"
        f" {named}",
        f"{mended}, or give each of them a value with an effective date of {start} or earlier.",
    )


def _changes(contract: Dated) -> Iterator[Finding]:
    last = contract.contract.last_year
    for section, name, parameter in contract.parameters():
        for day in parameter.values:
            key = (section, name, "values", day)
            if section not in ANY_DAY and day != first_day(day.year):
                yield (
                    key,
                    f"'{section}.{name}' changes on {day}, within a year that is settled as a whole",
                    f"Use {first_day(day.year)} or {first_day(day.year + 1)}.",
                )
            if day.year > last:
                yield (
                    key,
                    f"'{section}.{name}' has a value from {day} on, after the contract ends in {last}",
                    "Take it out, or mend the year: a value that never holds is a slip.",
                )
