"""What the terms on overlap and on re-identification risk may not say."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.canonical import canonical_tables
from pipeline.contract.findings import Finding, by_date, repeated
from pipeline.contract.language import Contract
from pipeline.contract.values import Overlap, RiskLimit


def strange_limits(contract: Contract) -> Iterator[Finding]:
    """Bands and limits that are of no table or column, or contradict themselves."""
    for key, bands in by_date("linkage", "overlap", contract.linkage.overlap):
        for table in repeated(band.table for band in bands):
            yield key, f"'{table}' has two bands of overlap", "Keep one."
        for place, band in enumerate(bands):
            yield from _of_band((*key, place), band)
    for key, limits in by_date("privacy", "risk_limits", contract.privacy.risk_limits):
        for place, limit in enumerate(limits):
            yield from _of_limit((*key, place), limit)


def quasi_identifiers() -> tuple[str, ...]:
    """The columns by which an outsider may recognise a person, in the order of the canonical tables."""
    columns = (column for table in canonical_tables().values() for column in table.columns)
    return tuple(dict.fromkeys(column.name for column in columns if column.privacy == "quasi-identifier"))


def _of_band(key: tuple[object, ...], band: Overlap) -> Iterator[Finding]:
    known = [name for name, table in canonical_tables().items() if table.is_personal and name != "insured"]
    if band.table not in known:
        yield (
            (*key, "table"),
            f"'{band.table}' is no table whose persons can be sought in the register",
            f"Known: {', '.join(known)}.",
        )
    if not band.at_least <= band.expected <= band.at_most:
        yield (
            key,
            f"The overlap of {band.table} is expected at {band.expected}, outside its own band from "
            f"{band.at_least} to {band.at_most}",
            "Let the band hold what is expected.",
        )


def _of_limit(key: tuple[object, ...], limit: RiskLimit) -> Iterator[Finding]:
    known = quasi_identifiers()
    for name in limit.columns or ():
        if name not in known:
            yield (*key, "columns"), f"'{name}' is no quasi-identifier", f"Known: {', '.join(known)}."
