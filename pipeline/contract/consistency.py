"""What parts of a contract may not say about one another.

Each finding is (key, what is wrong, what to do). The language has seen to it that each value by itself
is possible; here is what can only be seen by looking at two of them.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from pipeline.canonical import canonical_tables, care_types
from pipeline.contract.arithmetic import Finding, by_date, misfits, repeated
from pipeline.contract.language import Contract
from pipeline.contract.linking import strange_limits
from pipeline.periods import first_day

ANY_DAY = ("linkage", "deliveries", "privacy")
"""Sections whose terms may change on any day; all others hold for whole years."""


def contradictions(contract: Contract) -> Iterator[Finding]:
    """All contradictions in a contract, in the order of its sections."""
    yield from _units(contract)
    yield from _term(contract)
    yield from _dates(contract)
    yield from _parties(contract)
    yield from _areas_and_domain(contract)
    yield from _kinds_of_care(contract)
    yield from misfits(contract)
    yield from _deliveries(contract)
    yield from strange_limits(contract)


def _units(contract: Contract) -> Iterator[Finding]:
    for section, name, parameter in contract.parameters():
        unit = getattr(contract, section).unit_of(name)
        if parameter.unit != unit:
            yield (
                (section, name, "unit"),
                f"'{section}.{name}' is stated in '{parameter.unit}'",
                f"The language states it in '{unit}': convert the values too when that is another unit.",
            )


def _term(contract: Contract) -> Iterator[Finding]:
    if contract.contract.last_year < contract.contract.first_year:
        yield (
            ("contract", "last_year"),
            f"The contract ends in {contract.contract.last_year}, before its first year",
            f"Give {contract.contract.first_year} or later, or mend first_year.",
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


def _dates(contract: Contract) -> Iterator[Finding]:
    """Every parameter has a value from the first day on; settled terms change on 1 January only."""
    start = first_day(contract.contract.first_year)
    for section, name, parameter in contract.parameters():
        key = (section, name, "values")
        if min(parameter.values) > start:
            yield (
                (*key, min(parameter.values)),
                f"'{section}.{name}' has no value on {start}, the contract's first day; "
                f"its first holds from {min(parameter.values)}",
                f"Add a value with an effective date of {start} or earlier.",
            )
        for day in parameter.values:
            if section not in ANY_DAY and day != first_day(day.year):
                yield (
                    (*key, day),
                    f"'{section}.{name}' changes on {day}, within a year that is settled as a whole",
                    f"Use {first_day(day.year)} or {first_day(day.year + 1)}.",
                )


def _parties(contract: Contract) -> Iterator[Finding]:
    for year in contract.years:
        day = first_day(year)
        members = {provider.agb_code for provider in contract.parties.members.on(day).value}
        for provider in contract.parties.comparison_providers.on(day).value:
            if provider.agb_code in members:
                yield (
                    ("parties", "comparison_providers"),
                    f"Provider {provider.agb_code} is contracted and serves as comparison in {year}",
                    "Take it out of one of the two: nobody is measured against itself.",
                )
    for name in ("members", "comparison_providers"):
        for key, providers in by_date("parties", name, getattr(contract.parties, name)):
            for code in repeated(provider.agb_code for provider in providers):
                yield key, f"Provider {code} stands in 'parties.{name}' twice", "Keep it once."


def _areas_and_domain(contract: Contract) -> Iterator[Finding]:
    pairs = (
        ("population", "contracted_area", "comparison_area"),
        ("domain", "care_types_in", "care_types_out"),
    )
    for section, one, other in pairs:
        held = getattr(contract, section)
        for year in contract.years:
            day = first_day(year)
            for code in sorted(
                set(getattr(held, one).on(day).value) & set(getattr(held, other).on(day).value)
            ):
                yield (
                    (section, other),
                    f"'{code}' stands in both '{one}' and '{other}' in {year}",
                    "Take it out of one of the two.",
                )


def _kinds_of_care(contract: Contract) -> Iterator[Finding]:
    """A kind of care that does not exist would count nothing, and nobody would see it."""
    known = list(care_types())
    for name in ("care_types_in", "care_types_out"):
        for key, codes in by_date("domain", name, getattr(contract.domain, name)):
            for place, code in enumerate(codes):
                if code not in known:
                    nearest = difflib.get_close_matches(code, known, n=1, cutoff=0.5)
                    remedy = f"Did you mean '{nearest[0]}'?" if nearest else f"Known: {', '.join(known)}."
                    yield (*key, place), f"'{code}' is no kind of care", remedy


def _deliveries(contract: Contract) -> Iterator[Finding]:
    suppliers = {name for names in contract.linkage.suppliers.values.values() for name in names}
    for key, expected in by_date("deliveries", "expected", contract.deliveries.expected):
        for delivery in expected:
            if delivery.supplier not in suppliers:
                yield (
                    key,
                    f"A delivery is expected from '{delivery.supplier}', who is no supplier under 'linkage'",
                    f"Add it to linkage.suppliers, or write one of: {', '.join(sorted(suppliers))}.",
                )
            for table in delivery.tables:
                if table not in canonical_tables():
                    yield key, f"'{table}' is no canonical table", f"Known: {', '.join(canonical_tables())}."
    persons = contract.linkage
    for day in persons.minimum_persons.values:
        if day >= min(persons.maximum_persons.values) and (
            persons.minimum_persons.on(day).value > persons.maximum_persons.on(day).value
        ):
            yield (
                ("linkage", "minimum_persons"),
                "The minimum of persons is above the maximum",
                "Mend one of the two.",
            )
