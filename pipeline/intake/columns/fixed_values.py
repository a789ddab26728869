"""The values that a mapping itself writes: constants, translated codes, and what its `rules` decide.

Such a value that its column may not have is one fault of the mapping, not one of every row.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from pipeline.canonical import WITHHELD, CanonicalColumn, CanonicalTable, code_forms
from pipeline.errors import LayoutError
from pipeline.intake.columns.expressions import Rule

_WRITTEN = {"date": ": write it without quotes, as 2025-12-31"}


def require_possible_values(table: CanonicalTable, column: CanonicalColumn, rule: Rule) -> None:
    """Raise when the rule of this column gives a value that the column may not have.

    Raises:
        LayoutError: naming the column, and what it may have.
    """
    for kind, value in _values(rule):
        said = _impossible(table, column, value)
        if said:
            raise LayoutError(
                f"{kind} of column '{column.name}' is {said}",
                remedy="Correct it in the mapping: it is the same for every row.",
            )


def _values(rule: Rule) -> Iterator[tuple[str, Any]]:
    if "constant" in rule:
        yield "The constant", rule["constant"]
    for value in rule.get("codes", {}).values():
        yield "A translated code (`codes`)", value
    for case in rule.get("rules", ()):
        if "value" in case:
            yield "A value of `rules`", case["value"]


def _impossible(table: CanonicalTable, column: CanonicalColumn, value: Any) -> str:
    """What is wrong with the value, empty when nothing is."""
    try:
        written = pl.select(pl.lit(value).cast(table.polars_schema[column.name], strict=False)).item()
    except pl.exceptions.InvalidOperationError:  # a text is no date, whatever stands in it
        written = None
    if written is None:
        return "" if value is None and column.optional else f"no {column.type}{_WRITTEN.get(column.type, '')}"
    if column.values and written not in column.values:
        return f"none of {', '.join(column.values)}"
    form = code_forms().get(column.codes)
    is_withheld = column.has_withheld and written == WITHHELD
    if form and not is_withheld and not pl.Series([written]).str.contains(form.whole).item():
        return f"not of the form of {form.article} {form.name} code"
    return ""
