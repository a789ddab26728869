"""The summary as plain text, for a terminal or a mail: what must be done first, then what came and changed."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from pipeline.checks.definitions import outputs
from pipeline.reporting.night import words
from pipeline.reporting.night.summary import Arrival, ContractState, NightSummary

WIDTH = 110
RIGHT = ">"


def night_text(summary: NightSummary) -> str:
    """The whole summary as text, ending with a line break."""
    sections = [
        _head(summary),
        _todo(summary),
        _came(summary),
        _contracts(summary.contracts),
        _missing(summary),
        _endangered(summary),
        _links(summary),
        _books(summary),
        _rejected(summary),
    ]
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def _head(summary: NightSummary) -> list[str]:
    since = f", since {words.long_date(summary.since)}" if summary.since else ""
    standing = ", ".join(f"{number} {standing}" for standing, number in summary.deliveries.items())
    lines = [f"NIGHT OF {words.long_date(summary.business_date).upper()}{since}"]
    if not summary.arrivals:
        return [*lines, "Nothing has been delivered up to this day."]
    rows = ", ".join(f"{number:,} {words.standing(what)}" for what, number in summary.rows.items())
    sums = [
        (name, ", ".join(f"{words.money(number)} {words.standing(what)}" for what, number in cents.items()))
        for name, cents in (("Claims", summary.claim_cents), ("Payments", summary.payment_cents))
        if any(cents.values())
    ]
    return [*lines, *aligned([("Deliveries", standing), ("Rows", rows), *sums])]


def _todo(summary: NightSummary) -> list[str]:
    if not summary.todo:
        return ["NOTHING TO DO"] if summary.arrivals else []
    lines = [f"TO DO ({len(summary.todo)})"]
    for number, item in enumerate(summary.todo, start=1):
        lines += _wrapped(f"{item.where}: {item.what} {item.remedy}", f"{number:>3}. ")
    return lines


def _came(summary: NightSummary) -> list[str]:
    if not summary.news:
        return ["WHAT CAME", "  Nothing new."] if summary.arrivals else []
    return ["WHAT CAME", *aligned([_arrival(row) for row in summary.news], "  ", "   >>> ")]


def _arrival(row: Arrival) -> tuple[str, ...]:
    figures = (
        (words.count(row.persons, "person"), words.count(row.rows, "row"), words.claimed(row.claim_cents))
        if row.supplier
        else ("", "", "")
    )
    return (row.contract, row.arrival, row.standing, *figures, words.beside(row))


def _contracts(contracts: Sequence[ContractState]) -> list[str]:
    lines = ["CONTRACTS"] if contracts else []
    for state in contracts:
        lines.append(f"  {state.name}")
        lines += aligned(list(_figures(state)), "    ")
        if state.in_words:
            lines += _wrapped(state.in_words, "    ")
        if state.failure:
            lines += _wrapped(f"Not settled: {state.failure}", "    ")
    return lines


def _figures(state: ContractState) -> Iterator[tuple[str, ...]]:
    changed = words.beside_figures(state)
    yield "expected tables", f"{state.came_tables} of {state.expected_tables} came"
    if state.insured_years is not None:
        yield "insured years", f"{state.insured_years:,.1f}"
    for name, label in words.FIGURES.items():
        if (value := getattr(state, name)) is not None or name in changed:
            yield label, words.figure(name, value), changed.get(name, "")
    if state.linked_share is not None:
        yield "link rate", words.share(state.linked_share), "of operated patients are in the register"
    if state.closes is not None:
        yield "reconciliation", "closes" if state.closes else "DOES NOT CLOSE"


def _missing(summary: NightSummary) -> list[str]:
    rows = [
        (one.contract, one.supplier, str(one.year), one.standing, ", ".join(one.tables))
        for one in words.lacking(summary.missing)
    ]
    return ["WHAT THE FIGURES ARE WITHOUT", *aligned(rows, "  ")] if rows else []


def _endangered(summary: NightSummary) -> list[str]:
    lines = ["ENDANGERED BY CHECKS THAT FAILED"] if summary.endangered else []
    says = outputs()
    for output, group in groupby(summary.endangered, key=lambda entry: entry.output):
        lines.append(f"  {output}: {says[output]}")
        for (check, meaning), entries in groupby(group, key=lambda entry: (entry.check, entry.says)):
            lines += _wrapped(f"{check}: {meaning}", "    ")
            lines += aligned([(entry.delivery, entry.found) for entry in entries], "      ")
    return lines


def _links(summary: NightSummary) -> list[str]:
    rows = [
        (
            one.contract,
            one.delivery_id,
            one.table,
            words.count(one.rows, "row"),
            f"{words.share(one.linked / one.rows)} with pseudonym",
            f"{words.share(one.known / one.rows)} in the register",
        )
        for one in summary.linked
        if one.rows
    ]
    return ["LINKED", *aligned(rows, "  ", "   >>>")] if rows else []


def _books(summary: NightSummary) -> list[str]:
    lines = ["BOOKS OF THE INSURERS"] if summary.books else []
    for one in summary.books:
        counted = f" up to {words.long_date(one.as_of_date)}" if one.as_of_date else " (none delivered)"
        lines.append(f"  {one.contract} {one.year}, {one.supplier}{counted}")
        sums = [
            ("booked", words.money(one.booked_cents)),
            ("came", words.money(one.accepted_cents)),
            ("difference", words.money(one.difference_cents)),
            *(
                (f"  {words.CAUSES.get(code, code)}", "unknown" if cents is None else words.money(cents))
                for code, cents in one.causes.items()
            ),
        ]
        lines += aligned(sums, "    ", " >")
    return lines


def _rejected(summary: NightSummary) -> list[str]:
    rows = [
        (one.contract, one.supplier, one.table, one.rule, words.count(one.rows, "row"))
        for one in summary.rejected
    ]
    return ["KEPT BACK BY THE SUPPLIERS, BY RULE", *aligned(rows, "  ", "    >")] if rows else []


def aligned(rows: Sequence[Sequence[str]], indent: str = "", sides: str = "") -> list[str]:
    """Rows as columns, two spaces between; `sides` has a '>' where a column stands to the right."""
    width = max((len(row) for row in rows), default=0)
    full = [[*row, *[""] * (width - len(row))] for row in rows]
    widths = [max(len(row[place]) for row in full) for place in range(width)]
    right = [sides[place : place + 1] == RIGHT for place in range(width)]
    return [indent + "  ".join(_cells(row, widths, right)).rstrip() for row in full]


def _cells(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> Iterable[str]:
    for cell, wide, is_right in zip(row, widths, right, strict=True):
        yield cell.rjust(wide) if is_right else cell.ljust(wide)


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=" " * len(indent),
        break_long_words=False,
        break_on_hyphens=False,
    )
