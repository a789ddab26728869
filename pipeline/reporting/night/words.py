"""How the summary says things: standings, figures and causes in words, amounts and shares as people read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from pipeline.money import euros, round_cents
from pipeline.reporting.night.summary import Arrival, ContractState, Missing

FIGURES = {
    "actual_cents_per_insured_year": "actual cost per insured year",
    "target_cents_per_insured_year": "target per insured year",
    "quality_score": "quality, of full marks",
    "payable_cents": "payable",
}

CAUSES = {
    "rejected_at_supplier": "kept back by the supplier",
    "removed": "of persons who objected, or left at a rotation",
    "stopped": "in deliveries that the gate stopped or holds",
    "duplicate": "came more than once",
    "orphan_credit": "credits without a claim",
    "credit_of_rejected": "credits of claims that were kept back",
    "after_books": "invoiced after the books",
    "no_books": "of labels without books",
    "missing": "deliveries that did not come",
    "unexplained": "unexplained",
}
"""The parts of a difference with the books, by the code that `claims.book_differences` gives them; `ocmo books`
says them so too."""

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
"""The same in every locale."""


def long_date(day: str) -> str:
    """'2026-07-15' -> '15 July 2026'."""
    parsed = dt.date.fromisoformat(day)
    return f"{parsed.day} {MONTHS[parsed.month - 1]} {parsed.year}"


def count(number: int, one: str, many: str = "") -> str:
    """'1 row', '1,234 rows'."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def share(value: float | None) -> str:
    """A share as a percentage with one decimal; nothing for none."""
    return "" if value is None else f"{value:.1%}"


def money(cents: float | None) -> str:
    """An amount of cents; nothing for none."""
    return "" if cents is None else euros(round_cents(cents))


def claimed(cents: int) -> str:
    """'EUR 1,234.00 of claims'; nothing for none."""
    return f"{money(cents)} of claims" if cents else ""


def figure(name: str, value: float | None) -> str:
    """One of a contract's figures, by its unit."""
    if value is None:
        return "none"
    return share(value) if name == "quality_score" else money(value)


def beside_figures(state: ContractState) -> dict[str, str]:
    """What stands beside a figure, by its name: what it was in the summary before, or that it is not whole yet."""
    known = {name: "so far" for name in FIGURES if state.failure and getattr(state, name) is not None}
    return known | {item.figure: f"was {figure(item.figure, item.before)}" for item in state.changes}


def beside(arrival: Arrival) -> str:
    """What else is to be said of an arrival: what it replaces or repeats, and how many checks warn."""
    parts = [
        f"replaces {arrival.replaces}" if arrival.replaces else "",
        f"replaced by {arrival.replaced_by}" if arrival.replaced_by else "",
        f"repeats {arrival.repeats}" if arrival.repeats else "",
        count(arrival.warnings, "warning") if arrival.warnings else "",
    ]
    return ", ".join(part for part in parts if part)


def said(arrival: Arrival) -> list[str]:
    """What is to be said below an arrival: what stands beside it, and why it cannot be used."""
    why = arrival.reason if arrival.standing in ("refused", "stopped", "quarantined") else ""
    return [line for line in (beside(arrival), why) if line]


def standing(name: str) -> str:
    """A standing as the totals name it; what suppliers rejected never came."""
    return "kept back by suppliers" if name == "rejected" else name


@dataclass(frozen=True)
class Lacking:
    """What one supplier has not delivered over one year, or what of it cannot be used, in one line."""

    contract: str
    supplier: str
    year: int
    standing: str
    tables: tuple[str, ...]


def lacking(missing: Sequence[Missing]) -> list[Lacking]:
    """The missing tables, a line for each supplier, year and standing."""

    def line(one: Missing) -> tuple[str, str, int, str]:
        return (one.contract, one.supplier, one.year, one.standing)

    groups = groupby(sorted(missing, key=lambda one: (line(one), one.table)), key=line)
    return [Lacking(*key, tuple(one.table for one in group)) for key, group in groups]


def closing(state: ContractState) -> str:
    """Whether rows and cents close; empty without figures."""
    if state.closes is None:
        return ""
    return "every row and cent closes" if state.closes else "rows or cents do NOT close"
