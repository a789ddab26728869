"""Where the names of columns stand that a header lacks: on another line, or behind another separator.

Only what a mapping names is looked for and said: what else stands on those lines may be somebody's data.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from pipeline.intake.tables.form import SEPARATORS
from pipeline.intake.tables.header import normalised

LINES = 30
"""So many first lines are looked at; a header further down is none."""


def in_lines(wanted: Collection[str], lines: Sequence[str], separator: str, header_row: int) -> str:
    """What to write in a mapping's `format`, so that these lines name them; empty where they do not."""
    cut = (
        (number, sign, [cell.strip().strip("\"'") for cell in line.split(sign)])
        for number, line in enumerate(lines[:LINES], start=1)
        for sign in SEPARATORS
    )
    found = _best(wanted, cut)
    if found is None:
        return ""
    number, sign = found
    keys = [f'`separator: "{_shown(sign)}"`'] if sign != separator else []
    keys += [f"`header_row: {number}`"] if number != header_row else []
    return (
        f"They stand on line {number}: write {' and '.join(keys)} in the mapping's `format`." if keys else ""
    )


def in_rows(wanted: Collection[str], sheets: Iterable[Sequence[Sequence[object]]], read: int) -> str:
    """Likewise of the first rows of the sheets of a workbook, in their order; `read` is the sheet that was read."""
    rows = (
        (number, str(sheet), [str(cell).strip() for cell in row if cell is not None])
        for sheet, cells in enumerate(sheets)
        for number, row in enumerate(cells[:LINES], start=1)
    )
    found = _best(wanted, rows)
    if found is None:
        return ""
    number, sheet = found[0], int(found[1])
    place, key = (f" of sheet {sheet + 1}", "its name as `sheet`, and ") if sheet != read else ("", "")
    return f"They stand in row {number}{place}: write {key}`header_row: {number}` in the mapping's `format`."


def _best(
    wanted: Collection[str], places: Iterable[tuple[int, str, Sequence[str]]]
) -> tuple[int, str] | None:
    """Line and separator (or sheet) of the cells that name the most of them; None where no cells name the half."""
    names = {normalised(name) for name in wanted}
    counted = [
        (len(names & {normalised(cell) for cell in cells}), number, sign) for number, sign, cells in places
    ]
    count, number, sign = max(counted, key=lambda found: found[0], default=(0, 0, ""))
    return (number, sign) if count and 2 * count >= len(names) else None


def _shown(separator: str) -> str:
    return r"\t" if separator == "\t" else separator
