"""Pieces of Markdown that several pages are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MADE = "<!-- Made by `make docs` from the code. Do not edit. -->"


def document(title: str, *blocks: str) -> str:
    """A page: its title, then blocks with an empty line between them."""
    return "\n\n".join([f"# {title}", MADE, *(block for block in blocks if block)]) + "\n"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a bar inside a cell is escaped. Without rows: nothing."""
    lines = [_row(row) for row in rows]
    return "\n".join([_row(headings), _row(["---"] * len(headings)), *lines]) if lines else ""


def code(text: object) -> str:
    """Text as code, in a sentence or a cell."""
    return f"`{text}`"


def codes(items: Iterable[object]) -> str:
    """Several pieces of code, with commas."""
    return ", ".join(code(item) for item in items)


def first_sentence(docstring: str | None) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join((docstring or "").strip().split("\n\n")[0].split())


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
