"""Who delivers, how much of it should be known, and how few may be alike in it, in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.contract.values import ExpectedDelivery, Overlap, RiskLimit
from pipeline.reporting.explanation.phrases import Phrases


def deliveries(phrases: Phrases, expected: Iterable[ExpectedDelivery]) -> Iterator[str]:
    """Who delivers what over which years, those who deliver the same over the same years together."""
    alike: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for item in expected:
        alike.setdefault((item.years, item.tables), []).append(item.supplier)
    for (years, tables), suppliers in alike.items():
        named = phrases.listed(phrases.named(table) for table in tables)
        yield phrases.put(f"delivery_{years}", suppliers=phrases.listed(suppliers), tables=named)


def overlap(phrases: Phrases, item: Overlap) -> str:
    """Of whom in a table the register should know how many, and from which share to which that is accepted."""
    percent = phrases.notation.percent
    return phrases.put(
        "overlap",
        table=phrases.named(item.table),
        expected=percent(item.expected),
        least=percent(item.at_least),
        most=percent(item.at_most),
    )


def risk_limit(phrases: Phrases, item: RiskLimit) -> str:
    """Which share may be alone, or among few, in what."""
    known = item.columns or ("quasi_identifiers",)
    return phrases.put(
        "risk_alone" if item.smaller_than == 2 else "risk_among_few",
        share=phrases.notation.percent(item.share),
        fewer=item.smaller_than,
        known=phrases.listed(phrases.named(column) for column in known),
    )
