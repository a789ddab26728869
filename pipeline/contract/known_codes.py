"""Codes in a contract that must exist elsewhere: kinds of care, canonical tables, suppliers.

One that does not would count nothing, or would be awaited for ever, and nobody would see it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from pipeline.canonical import canonical_tables, care_types
from pipeline.contract.findings import Finding, by_date
from pipeline.contract.language import Contract
from pipeline.contract.recognition import Evidence


def unknown_codes(contract: Contract) -> Iterator[Finding]:
    """All codes that name nothing, in the order of the contract's sections."""
    yield from _evidence(contract)
    yield from _kinds_of_care(contract)
    yield from _deliveries(contract)
    yield from _bounds_of_deliveries(contract)


def _evidence(contract: Contract) -> Iterator[Finding]:
    """Kinds of care in the evidence must exist; daily doses are counted of drugs only."""
    population, unit = contract.population, contract.unit
    for name in ("conditions", "excluded_conditions"):
        parameter = getattr(population, name)
        for key, conditions in by_date("population", name, parameter) if parameter else ():
            for place, condition in enumerate(conditions):
                yield from _of_evidence((*key, place, "evidence"), condition.evidence)
    if unit is not None and unit.episode is not None:
        for key, episode in by_date("unit", "episode", unit.episode):
            yield from _of_evidence((*key, "evidence"), episode.evidence)


def _of_evidence(key: tuple[object, ...], evidence: Iterable[Evidence]) -> Iterator[Finding]:
    for place, item in enumerate(evidence):
        if item.minimum_daily_doses is not None and item.column != "atc_code":
            yield (
                (*key, place, "minimum_daily_doses"),
                f"Daily doses are counted of drugs, and not of '{item.column}'",
                "Take minimum_daily_doses out, or let the column be atc_code.",
            )
        if item.column == "care_type_code":
            for code in item.begins_with:
                if code not in care_types():
                    yield (*key, place, "begins_with"), f"'{code}' is no kind of care", nearest_kind(code)


def _kinds_of_care(contract: Contract) -> Iterator[Finding]:
    for name in ("care_types_in", "care_types_out"):
        for key, codes in by_date("domain", name, getattr(contract.domain, name)):
            for place, code in enumerate(codes):
                if code not in care_types():
                    yield (*key, place), f"'{code}' is no kind of care", nearest_kind(code)


def nearest_kind(code: str) -> str:
    """What to write for a kind of care that does not exist."""
    nearest = difflib.get_close_matches(code, care_types(), n=1, cutoff=0.5)
    return f"Did you mean '{nearest[0]}'?" if nearest else f"Known: {', '.join(care_types())}."


def _deliveries(contract: Contract) -> Iterator[Finding]:
    suppliers = {name for names in contract.linkage.suppliers.values.values() for name in names}
    for key, expected in by_date("deliveries", "expected", contract.deliveries.expected):
        for place, delivery in enumerate(expected):
            if delivery.supplier not in suppliers:
                yield (
                    (*key, place, "supplier"),
                    f"A delivery is expected from '{delivery.supplier}', who is no supplier under 'linkage'",
                    f"Add it to linkage.suppliers, or write one of: {', '.join(sorted(suppliers))}.",
                )
            for table in delivery.tables:
                if table not in canonical_tables():
                    yield (
                        (*key, place, "tables"),
                        f"'{table}' is no canonical table",
                        f"Known: {', '.join(canonical_tables())}.",
                    )


def _bounds_of_deliveries(contract: Contract) -> Iterator[Finding]:
    """A delivery of fewer persons than the minimum is refused, and of more than the maximum."""
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
