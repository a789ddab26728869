"""A contract's terms as a table, the differences between two contracts in a sentence each; and both as data."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table

    from pipeline.contract import Contract
    from pipeline.contract.diff import Difference


def terms_table(contract: Contract, day: dt.date) -> Table:
    """The terms in force on a day, by section, as the file writes them."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    header, before = contract.contract, ""
    since = f", which holds from {header.supersedes_from}" if header.supersedes_from else ""
    table = Table(
        box=box.SIMPLE_HEAD,
        title=f"{header.name}, version {header.version}{since}: terms on {day}",
        title_justify="left",
    )
    table.add_column("clause")
    table.add_column("term", no_wrap=True)
    table.add_column("value", overflow="fold")
    table.add_column("unit", max_width=18)
    table.add_column("since", no_wrap=True)
    for section, name, parameter in contract.parameters():
        if section != before:
            table.add_section()
            table.add_row("", Text(section, style="bold"))
            before = section
        term = parameter.on(day)
        table.add_row(term.clause, f"  {name}", Text(_lines(term.value)), term.unit, term.since.isoformat())
    return table


def _lines(value: Any) -> str:
    """A value as the file writes it; of a list of things with parts, one to a line."""
    from pydantic import BaseModel

    from pipeline.contract.written import written

    with_parts = isinstance(value, tuple) and value and isinstance(value[0], BaseModel)
    return "\n".join(f"- {written(item)}" for item in value) if with_parts else written(value)


def terms_data(contract: Contract, day: dt.date) -> dict[str, Any]:
    """The same for machines; numbers that are not whole as texts."""
    from pipeline.contract.written import json_data

    terms = [parameter.on(day) for _, _, parameter in contract.parameters()]
    return {
        "contract": contract.id,
        "version": contract.contract.version,
        "day": day.isoformat(),
        "terms": {
            term.key: {
                "clause": term.clause,
                "unit": term.unit,
                "since": term.since.isoformat(),
                "value": json_data(term.value),
            }
            for term in terms
        },
    }


def difference_words(item: Difference) -> str:
    """One sentence: what, where the text says it, from what to what, and from which day."""
    clause = f" (clause {item.clause})" if item.clause else ""
    said = f"{item.key}{clause}: {_change(item)}{_when(item)}"
    return said if said.endswith(".'") else f"{said}."


def _change(item: Difference) -> str:
    from pipeline.contract.written import written

    if item.kind != "term":
        return _change_of_text(item)
    if item.before is None:
        return f"is agreed: {written(item.after)}"
    if item.after is None:
        return f"is no longer agreed; it was {written(item.before)}"
    if isinstance(item.before, tuple) and isinstance(item.after, tuple):
        more = [one for one in item.after if one not in item.before]
        less = [one for one in item.before if one not in item.after]
        if len(item.before) > 1 and len(more) + len(less) < len(item.before):
            parts = [f"adds {written(more)}"] if more else []
            parts += [f"takes out {written(less)}"] if less else []
            return ", ".join(parts) or f"is put in another order: {written(item.after)}"
    return f"{written(item.before)} becomes {written(item.after)}"


def _change_of_text(item: Difference) -> str:
    """A fact of the header, or a clause or sentence: texts between quotes, numbers and dates as the file has them."""
    before, after = (f"'{value}'" if isinstance(value, str) else value for value in (item.before, item.after))
    if item.before is None:
        return f"is new: {after}"
    return f"is gone; it was {before}" if item.after is None else f"{before} becomes {after}"


def _when(item: Difference) -> str:
    if item.since is None:
        return ""
    until = f" up to and including {item.until - dt.timedelta(days=1)}" if item.until else " on"
    return f", from {item.since}{until}"


def difference_data(item: Difference) -> dict[str, Any]:
    """The same for machines; numbers that are not whole as texts."""
    from pipeline.contract.written import json_data

    return {name: json_data(value) for name, value in vars(item).items()}
