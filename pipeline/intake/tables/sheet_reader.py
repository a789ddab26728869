"""A sheet of a workbook (XLSX) as an open table.

A sheet is read whole: it has a million rows at most. Cells have types, so that dates and numbers need no notation;
a column with cells of several types comes as text, its dates as ISO dates. A cell with an error of the spreadsheet
('#N/A') rejects its row.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import fastexcel
import polars as pl

from pipeline.errors import FileRefusedError
from pipeline.intake.rules.findings import FINDINGS, Check, violations
from pipeline.intake.tables.elsewhere import LINES, in_rows
from pipeline.intake.tables.form import XLSX, TableForm
from pipeline.intake.tables.opened import OpenTable, RawBlock, stripped, without_empty
from pipeline.intake.tables.sheet_limits import require_safe

_REMEDY = "Open it in a spreadsheet program and save it again, or save the sheet as CSV."

# What the library logs repeats pieces of the file.
for _name in ("fastexcel", "calamine"):
    logging.getLogger(_name).addHandler(logging.NullHandler())
    logging.getLogger(_name).propagate = False


def open_sheet(path: Path, name: str, form: TableForm) -> OpenTable:
    """Read the sheet that the mapping names, or else the first, with its header.

    Raises:
        FileRefusedError: when it is no workbook, or has no such sheet, or the sheet no header.
    """
    require_safe(path, name)
    try:
        book = fastexcel.read_excel(path)
        sheets = book.sheet_names
        chosen = form.sheet or next(iter(sheets), "")
        if chosen not in sheets:
            raise FileRefusedError(
                "The workbook has no sheet of the name that the mapping gives",
                where=name,
                remedy=f"Name one of its {len(sheets)} sheets as `sheet` in the mapping's `format`.",
            )
        sheet = book.load_sheet(chosen, header_row=form.header_row - 1, schema_sample_rows=None)
    except fastexcel.FastExcelError:
        raise FileRefusedError("The file is no whole workbook (XLSX)", where=name, remedy=_REMEDY) from None
    found = sheet.available_columns()
    names = tuple(column.name.strip() if column.column_name_from == "looked_up" else "" for column in found)
    if not any(names):
        raise FileRefusedError(
            f"Row {form.header_row} of the sheet names no columns",
            where=name,
            remedy="Name the row of the header as `header_row` in the mapping's `format`.",
        )
    said = f"The workbook has {len(sheets)} sheets, of which the first was read"
    several = (said,) if len(sheets) > 1 and form.sheet is None else ()
    shape: dict[str, str | int] = {"kind": XLSX, "sheet": chosen, "header_row": form.header_row}
    below = partial(_blocks, sheet, name, form.header_row + 1)
    return OpenTable(
        XLSX,
        names,
        form.header_row,
        (),
        shape,
        below,
        warnings=several,
        elsewhere=lambda wanted: in_rows(wanted, _first_rows(book), sheets.index(chosen)),
    )


def _first_rows(book: fastexcel.ExcelReader) -> Iterator[list[tuple[object, ...]]]:
    """Of each sheet the rows in which a header may stand."""
    for name in book.sheet_names:
        sheet = book.load_sheet(name, header_row=None, n_rows=LINES, dtypes="string")
        yield pl.DataFrame(pl.from_arrow(sheet.to_arrow())).rows() if sheet.height else []


def _blocks(
    sheet: fastexcel.ExcelSheet, name: str, first: int, wanted: Mapping[str, int]
) -> Iterator[RawBlock]:
    try:
        batch, errors = sheet.to_arrow_with_errors()
        cells = pl.DataFrame(pl.from_arrow(batch))
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError):
        raise FileRefusedError("The sheet cannot be read", where=name, remedy=_REMEDY) from None
    cells = stripped(cells)
    rows = cells.select(
        pl.int_range(first, first + cells.height, dtype=pl.UInt32).alias("row_number"),
        pl.lit(None, pl.String).alias("fault"),
        *(cells[:, place].alias(new) for new, place in wanted.items()),
    )
    places = [error.offset_position for error in errors.errors] if errors else []
    findings = _wrong_cells(rows, first, places, wanted)
    filled = pl.concat([without_empty(rows), rows.join(findings, on="row_number", how="semi")])
    filled = filled.unique("row_number").sort("row_number")
    yield RawBlock(filled, findings, rows.height - filled.height)


def _wrong_cells(
    rows: pl.DataFrame, first: int, places: list[tuple[int, int]], wanted: Mapping[str, int]
) -> pl.DataFrame:
    """A finding for each cell with an error; `places` are (row, column) from 0 below the header."""
    found = []
    for name, column in wanted.items():
        numbers = [first + row for row, place in places if place == column]
        wrong = pl.col("row_number").is_in(pl.Series(numbers, dtype=pl.UInt32).implode())
        found.append(Check(name, "cell", f"{name} holds an error of the spreadsheet", wrong))
    return violations(rows, found) if places else FINDINGS.to_frame()
