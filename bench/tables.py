"""A table of measurements, for a terminal and for a page: the first column is text, the others are figures."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from rich.table import Table

Rows = Sequence[Sequence[str]]


def as_rich(title: str, headings: Sequence[str], rows: Rows, bold: Collection[str] = ()) -> Table:
    """For a terminal; `bold` are the rows, by their first cell, to stand out."""
    table = Table(title=title, title_justify="left", box=None)
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left")
    for row in rows:
        table.add_row(*row, style="bold" if row[0] in bold else None)
    return table


def as_markdown(headings: Sequence[str], rows: Rows) -> str:
    """For a page."""
    rule = ("---", *("---:" for _ in headings[1:]))
    return "\n".join(map(_line, (headings, rule, *rows)))


def machine_as_markdown(machine: Mapping[str, str]) -> str:
    """For a page: on what it was measured."""
    return "\n".join(map(_line, (("machine", ""), ("---", "---"), *machine.items())))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
