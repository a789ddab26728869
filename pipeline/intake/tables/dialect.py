"""How a CSV file parts its cells: the separator and the quotes, found in its first lines."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from pipeline.intake.tables.form import QUOTES, SEPARATORS, TableForm

LINES = 200
"""So many lines are looked at."""


@dataclass(frozen=True)
class Dialect:
    """One character each; `quote` is empty where no cell is quoted."""

    separator: str
    quote: str


def find_dialect(text: str, form: TableForm) -> Dialect:
    """What the mapping says, and else what the first lines look like.

    The separator is the one that stands as often in as many lines as in the header. Quotes are double ones
    unless cells are quoted singly; they are none where a double quote only ever stands within a cell.
    """
    lines = [line for line in text.split("\n")[form.header_row - 1 :] if line.strip()][:LINES]
    separator = form.separator or max(SEPARATORS, key=lambda sign: _regularity(lines, sign))
    quote = _quote(lines, separator) if form.quote is None else form.quote
    return Dialect(separator, quote)


def _regularity(lines: list[str], separator: str) -> tuple[bool, int, int]:
    """Whether it is in the header, how many lines have as many of it, and how many those are."""
    if not lines:
        return False, 0, 0
    counts = Counter(_unquoted(line).count(separator) for line in lines)
    in_header = _unquoted(lines[0]).count(separator)
    return in_header > 0, counts[in_header], in_header


def _unquoted(line: str) -> str:
    return re.sub(r'"[^"]*"', "", line)


def _quote(lines: list[str], separator: str) -> str:
    edge = re.escape(separator)
    for quote in QUOTES:
        if any(re.search(rf"(?:^|{edge}){quote}[^{quote}]*{quote}(?:{edge}|$)", line) for line in lines):
            return quote
    within = any(re.search(rf'[^"{edge}]"', line) for line in lines)
    opening = any(re.search(rf'(?:^|{edge})"', line) for line in lines)
    return "" if within and not opening else QUOTES[0]
