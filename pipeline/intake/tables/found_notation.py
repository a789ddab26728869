"""How a file writes its dates and amounts, found in its first rows where the mapping does not say.

What its values leave open is not guessed, and the mapping has to say it: amounts that are all whole numbers may be
euros or cents, a hundredfold apart; of '1.200' the point may part thousands or decimals; '03/04/2025' may lie in April
or in March.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain

import polars as pl

from pipeline.errors import LayoutError
from pipeline.intake.columns.notation import DATES, ISO_DATE, Notation
from pipeline.intake.rules.field_rules import FieldForm
from pipeline.intake.tables.form import EXCEL_DAYS, XLSX, TableForm
from pipeline.intake.tables.plain_text import Written

_IS_DECIMAL = r"{0}(?:\d{{1,2}}|\d{{4,}})[ €-]*$"
_MAY_BE_DECIMAL = r"[.,]\d{3}[ €-]*$"
"""Exactly three digits behind a sign may be decimals as well as thousands."""

_REMEDY = "Write it as `{}` in the mapping's `format`."


def find_written(
    rows: pl.DataFrame, forms: Iterable[FieldForm], form: TableForm, kind: str
) -> tuple[Written, tuple[str, ...]]:
    """How values are written, and what of it was found, as sentences; `rows` are the first ones of the file.

    Raises:
        LayoutError: when the values leave it open, and the mapping does not say.
    """
    forms = list(forms)
    dates, decimal, thousands = form.dates, form.decimal, form.thousands
    said = []
    day_columns = [column.name for column in forms if column.kind == "date"]
    if dates is None:
        dates = _dates(_texts(rows, day_columns)) if day_columns else ISO_DATE
        if any(rows[name].dtype == pl.String for name in day_columns):
            said.append(f"Dates were read as {dates} (found in the first rows)")
    amounts = [column.name for column in forms if column.kind == "cents"]
    if decimal is None:
        decimal = _decimal(rows, amounts) if amounts else ","
        if amounts:
            sign = f" with '{decimal}'" if _texts(rows, amounts).len() else ""
            said.append(f"Amounts were read as euros{sign} (found in the first rows)")
    if thousands is None:
        thousands = _thousands(_texts(rows, amounts), decimal)
    is_told = form.decimal is not None
    return Written(dates, decimal, thousands, is_told=is_told, is_sheet=kind == XLSX), tuple(said)


def _texts(rows: pl.DataFrame, names: list[str]) -> pl.Series:
    """All values of the text columns among these."""
    columns = (rows[name] for name in names if rows[name].dtype == pl.String)
    return pl.concat(
        chain([pl.Series("text", dtype=pl.String)], (column.alias("text") for column in columns))
    ).drop_nulls()


def _dates(texts: pl.Series) -> str:
    if not texts.len():
        return ISO_DATE
    frame = texts.to_frame("text")
    read = {pattern: frame.select(Notation(pattern).date(pl.col("text"))).to_series() for pattern in DATES}
    best = max(read, key=lambda pattern: read[pattern].count())
    if 2 * read[best].count() > texts.len():
        _require_one_meaning(best, read)
        return best
    if 2 * int(texts.str.contains(r"^[1-9]\d{4}$").sum()) > texts.len():
        return EXCEL_DAYS
    raise LayoutError("The notation of the dates cannot be found in the file", remedy=_REMEDY.format("dates"))


def _require_one_meaning(best: str, read: Mapping[str, pl.Series]) -> None:
    """Raise when another notation reads as many values, and some of them as other days."""
    for pattern, days in read.items():
        if days.count() == read[best].count() and not days.equals(read[best]):
            raise LayoutError(
                f"The dates may be written as {best} or as {pattern}: the first rows fit both",
                remedy=_REMEDY.format("dates"),
            )


def _decimal(rows: pl.DataFrame, names: list[str]) -> str:
    texts = _texts(rows, names)
    comma, point = (int(texts.str.contains(_IS_DECIMAL.format(sign)).sum()) for sign in (",", r"\."))
    if comma or point:
        return "," if comma >= point else "."
    if texts.str.contains(_MAY_BE_DECIMAL).any():
        raise LayoutError(
            "The amounts do not show whether their sign parts thousands or decimals: 1.200 may be either",
            remedy=_REMEDY.format("decimal"),
        )
    typed = [
        rows[name].drop_nulls()
        for name in names
        if rows[name].dtype.is_float() or rows[name].dtype.is_decimal()
    ]
    if any(bool((column.cast(pl.Float64) % 1 != 0).any()) for column in typed):
        return "."
    if not any(rows[name].count() for name in names):
        return ","
    raise LayoutError(
        "The amounts are whole numbers: they may be euros or cents",
        remedy="Write `decimal` in the mapping's `format`: ',' or '.' for euros, '' for whole cents.",
    )


def _thousands(texts: pl.Series, decimal: str) -> str:
    other = {",": ".", ".": ","}.get(decimal, "")
    if other and texts.str.contains(rf"^-?\d{{1,3}}(?:\{other}\d{{3}})+\{decimal}\d").any():
        return other
    return ""
