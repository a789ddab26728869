"""What parts of a contract may not say about one another.

Each finding is (key, what is wrong, what to do). The language has seen to it that each value by itself
is possible; here is what can only be seen by looking at two of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.contract.arithmetic import misfits
from pipeline.contract.dated import Dated, Economy
from pipeline.contract.effective_dates import undated
from pipeline.contract.findings import Finding
from pipeline.contract.language import Contract
from pipeline.contract.linking import strange_limits
from pipeline.contract.once import repetitions
from pipeline.contract.scope_consistency import scope_misfits
from pipeline.periods import first_day


def contradictions(contract: Contract) -> Iterator[Finding]:
    """All contradictions in a contract that an OCMO serves."""
    yield from any_contract(contract)
    if not any(_of_time(contract)):
        yield from scope_misfits(contract)
        yield from strange_limits(contract)


def any_contract(contract: Economy) -> Iterator[Finding]:
    """The contradictions that no contract may hold, served or for reference.

    Where the dates leave gaps there are years without a value; what a year's values say is then not looked at yet.
    """
    yield from _units(contract)
    yield from repetitions(contract)
    yield from _of_time(contract)
    if not any(_of_time(contract)):
        yield from misfits(contract)


def _of_time(contract: Dated) -> Iterator[Finding]:
    yield from _term(contract)
    if contract.years:  # a term without years would set every date aside
        yield from _version(contract)
        yield from undated(contract)


def _units(contract: Dated) -> Iterator[Finding]:
    for section, name, parameter in contract.parameters():
        unit = getattr(contract, section).unit_of(name)
        if parameter.unit != unit:
            yield (
                (section, name, "unit"),
                f"'{section}.{name}' is stated in '{parameter.unit}'",
                f"The language states it in '{unit}': write `unit: {unit}`, and convert the values too when that "
                "is another unit.",
            )


def _term(contract: Dated) -> Iterator[Finding]:
    if contract.contract.last_year < contract.contract.first_year:
        yield (
            ("contract", "last_year"),
            f"The contract ends in {contract.contract.last_year}, before its first year",
            f"Write `last_year: {contract.contract.first_year}` or a later year, or mend first_year.",
        )
    starts_on, start = contract.contract.starts_on, first_day(contract.contract.first_year)
    if starts_on is not None and starts_on != start:
        whole = starts_on.year if starts_on == first_day(starts_on.year) else starts_on.year + 1
        yield (
            ("contract", "starts_on"),
            f"The contract starts on {starts_on}, but its first year is settled as a whole, from {start}",
            f"Let first_year be {whole}, the first whole year, and agree on the time before it apart; "
            "or mend starts_on.",
        )


def _version(contract: Dated) -> Iterator[Finding]:
    """A first version supersedes nothing; a later one says from which day, within the term, and why."""
    header = contract.contract
    for name in ("supersedes_from", "because"):
        stated = getattr(header, name) is not None
        if stated and header.version == 1:
            yield (
                ("contract", name),
                f"Version 1 supersedes nothing, but states '{name}'",
                "Give the amendment the next number, `version: 2`, or take the key out.",
            )
        if not stated and header.version > 1:
            example = (
                f"{first_day(header.last_year)}" if name == "supersedes_from" else "what was amended, and why"
            )
            yield (
                ("contract", name),
                f"Version {header.version} amends an earlier one and lacks '{name}'",
                f"Write it, for instance: {name}: {example}.",
            )
    since = header.supersedes_from
    if since is not None and header.version > 1 and since.year not in contract.years:
        yield (
            ("contract", "supersedes_from"),
            f"The amendment holds from {since}, outside the term of {contract.years[0]} to {contract.years[-1]}",
            f"Give a day from {first_day(header.first_year)} up to and including {header.last_year}-12-31.",
        )
