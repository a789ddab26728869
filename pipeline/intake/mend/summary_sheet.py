"""The first sheet of the list to mend: the delivery, its files in figures, and what there is to say of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline.canonical import canonical_table
from pipeline.intake.mend.mend_list import MendList

WIDTHS = {"file": 34, "standard": 16, "outcome": 26, "table": 20, "persons": 9}
COUNTED = ("delivered", "accepted", "rejected", "merged")
"""What becomes of rows and euros: merged are those of an answer, told by its declaration too."""

UNREAD = "rejected rows whose amount cannot be read"
HEADINGS = (
    *WIDTHS,
    *(f"rows {kind}" for kind in COUNTED),
    *(f"euros {kind}" for kind in COUNTED),
    UNREAD,
)
_TABLE_TOP = 6


class Formats(NamedTuple):
    """How cells look."""

    title: Format
    bold: Format
    head: Format
    money: Format
    bold_money: Format


def write_summary(sheet: Worksheet, mend: MendList, formats: Formats, cut_at: int | None) -> None:
    """Write the sheet; `cut_at` is the number of findings that the workbook holds, None when it holds all."""
    for place, width in enumerate(WIDTHS.values()):
        sheet.set_column(place, place, width)
    sheet.set_column(len(WIDTHS), len(HEADINGS) - 1, 14)
    sheet.write_string(0, 0, "List to mend", formats.title)
    sheet.write_string(
        1,
        0,
        "For you only: nothing of it leaves. It names lines and fields; what stands in them is not in it.",
    )
    for place, (name, said) in enumerate(_of_delivery(mend), start=2):
        sheet.write_string(place, 0, name, formats.bold)
        sheet.write_string(place, 1, said)
    sheet.write_row(_TABLE_TOP, 0, HEADINGS, formats.head)
    at = _TABLE_TOP + 1
    for row in (row for summary in mend.summaries for row in _rows(summary)):
        _write_row(sheet, at, row, None, formats.money)
        at += 1
    for row in _totals(mend.delivery):
        _write_row(sheet, at, row, formats.bold, formats.bold_money)
        at += 1
    for name, kind, said in _remarks(mend, cut_at):
        at += 1
        sheet.write_string(at, 0, name)
        sheet.write_string(at, 1, kind, formats.bold)
        sheet.write_string(at, 2, said)


def _of_delivery(mend: MendList) -> Iterator[tuple[str, str]]:
    told = mend.delivery
    yield "outcome", told["outcome"]
    if "reason" in told:
        yield "because", " ".join(f"{told['reason']} in {told['where']}. {told['remedy']}".split())
    elif mend.is_empty:
        yield "", "There is nothing to mend."
    if told["not_checked"]:
        yield "not checked", "; ".join(told["not_checked"])


def _rows(summary: dict[str, Any]) -> Iterator[list[Any]]:
    """A row of cells for each table of a file; a refused file has one row without figures."""
    standard = summary.get("title", "")
    of_file = [summary["file"], standard, summary["outcome"]]
    tables = summary.get("tables", {})
    if not tables:
        yield of_file
    for name, account in tables.items():
        persons = summary["persons"] if canonical_table(name).is_personal else None
        yield [*of_file, name, persons, *_figures(name, account, summary["rows_without_amount"])]


def _totals(told: dict[str, Any]) -> Iterator[list[Any]]:
    for name, account in told["tables"].items():
        persons = told["persons"] if canonical_table(name).is_personal else None
        figures = _figures(name, account, told["rows_without_amount"])
        yield ["total", "", told["outcome"], name, persons, *figures]


def _figures(name: str, account: dict[str, Any], without_amount: dict[str, int]) -> list[Any]:
    """Rows, and euros where there is money."""
    rows = [account[f"rows_{kind}"] for kind in COUNTED]
    if not canonical_table(name).money_column:
        return rows
    return [*rows, *(account[f"cents_{kind}"] / 100 for kind in COUNTED), without_amount.get(name, 0)]


def _write_row(sheet: Worksheet, at: int, row: list[Any], plain: Format | None, money: Format) -> None:
    for place, cell in enumerate(row):
        if isinstance(cell, str):
            sheet.write_string(at, place, cell, plain)
        elif cell is not None:
            sheet.write_number(at, place, cell, money if HEADINGS[place].startswith("euros") else plain)


def _remarks(mend: MendList, cut_at: int | None) -> Iterator[tuple[str, str, str]]:
    """File, kind and text of what there is to say besides figures."""
    if cut_at is not None:
        yield "", "cut", f"The sheet Rows holds the first {cut_at:,} findings only."
        yield "", "what to do", "Write the list as JSON (a name that ends in .json) to have all of them."
    for summary in mend.summaries:
        name = summary["file"]
        if "reason" in summary:
            yield name, "refused", f"{summary['reason']} in {summary['where']}"
            yield name, "what to do", summary["remedy"]
        for warning in summary.get("warnings", ()):
            yield name, "warning", warning
        for note in summary.get("notes", ()):
            yield name, "note", note
