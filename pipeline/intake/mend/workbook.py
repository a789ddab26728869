"""The list to mend as a workbook: a sheet with the summary, one by rule, one with the rows to mend."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from pipeline.intake.mend.mend_list import MendList
from pipeline.intake.mend.summary_sheet import Formats, write_summary

MOST_ROWS = 100_000
"""Rows that the workbook lists. Nobody mends more by hand; the list as JSON holds all."""

MADE_ON = dt.datetime(2000, 1, 1)
"""In the properties of every list, so that the same files give the same bytes."""

_RULES = {
    "rows": 8,
    "euros": 14,
    "severity": 10,
    "rule": 18,
    "file": 30,
    "table": 16,
    "own_name": 30,
    "reason": 44,
    "means": 40,
    "do": 48,
}
_ROWS = {
    "file": 30,
    "line_number": 9,
    "record_code": 22,
    "own_name": 34,
    "reason": 90,
    "severity": 10,
    "rule": 20,
    "table": 18,
    "row_number": 9,
}
_TITLES = {
    "line_number": "line",
    "row_number": "row of line",
    "record_code": "record",
    "own_name": "name in your file",
    "reason": "what is wrong",
    "means": "what the rule asks",
    "do": "what to do",
}
_LINE_HEIGHT = 15
EUROS = "#,##0.00"


def write_workbook(mend: MendList, path: Path) -> None:
    """Write the three sheets."""
    rows = mend.findings.head(MOST_ROWS + 1).collect(engine="streaming")
    shown = rows.head(MOST_ROWS).sort("file_number", "row_number", maintain_order=True)
    # A field may have any name in a source: none is a formula or a link here.
    plain = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, plain) as book:
        book.set_properties({"title": "List to mend", "created": MADE_ON})
        formats = _formats(book)
        summary = book.add_worksheet("Summary")
        write_summary(summary, mend, formats, MOST_ROWS if rows.height > MOST_ROWS else None)
        _for_print(summary)
        by_rule = mend.by_rule.with_columns(euros=pl.col("cents") / 100)
        for name, frame, widths in (("By rule", by_rule, _RULES), ("Rows", shown, _ROWS)):
            _write_table(book, book.add_worksheet(name), frame, widths, formats)


def _formats(book: xlsxwriter.Workbook) -> Formats:
    head = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "align": "left"}
    return Formats(
        title=book.add_format({"bold": True, "font_size": 14}),
        bold=book.add_format({"bold": True}),
        head=book.add_format(head),
        money=book.add_format({"num_format": EUROS, "valign": "top"}),
        bold_money=book.add_format({"num_format": EUROS, "bold": True}),
    )


def _write_table(
    book: xlsxwriter.Workbook, sheet: Worksheet, frame: pl.DataFrame, widths: dict[str, int], formats: Formats
) -> None:
    """A column of the frame after the other, below a header that stays in sight and filters."""
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "align": "left"})
    for place, (name, width) in enumerate(widths.items()):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, _TITLES.get(name, name), formats.head)
        look = formats.money if name == "euros" else wrapped
        sheet.write_column(1, place, frame[name].to_list(), look)
    sheet.set_row(0, 2 * _LINE_HEIGHT)
    for row, lines in enumerate(_lines(frame, widths), start=1):
        if lines > 1:
            sheet.set_row(row, lines * _LINE_HEIGHT)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(frame.height, 1), len(widths) - 1)
    sheet.repeat_rows(0)
    _for_print(sheet)


def _lines(frame: pl.DataFrame, widths: dict[str, int]) -> list[int]:
    """How many lines each row needs: not every program finds that out by itself."""
    texts = (name for name in widths if frame.schema[name] == pl.String)
    needed = [(pl.col(name).str.len_chars().fill_null(0) / (widths[name] - 1)).ceil() for name in texts]
    return frame.select(pl.max_horizontal(needed).cast(pl.Int64)).to_series().to_list()


def _for_print(sheet: Worksheet) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&F&R&P / &N")
