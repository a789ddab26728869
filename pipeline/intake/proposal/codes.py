"""How a source's codes are translated: which of its values stands for which canonical one.

Only values of columns that hold a short list of codes are looked at, and only where the column's name says that it is
this list: what people are called, or when they were born, is no list.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from pipeline.canonical import CanonicalColumn, care_types
from pipeline.intake.proposal.words import words
from pipeline.intake.tables.header import normalised
from pipeline.intake.tables.mapping_file import DECIDE

MOST_CODES = 24
LONGEST_CODE = 40


def translated(column: CanonicalColumn, values: pl.Series) -> dict[str, Any] | None:
    """By value in the source the canonical one, or `DECIDE`, in alphabetical order; empty when none is needed.

    None when these are too many or too long to be codes.
    """
    known = _known(column)
    if not known:
        return {}
    found = values.drop_nulls().unique().sort()
    if found.len() > MOST_CODES or bool((found.str.len_chars() > LONGEST_CODE).any()):
        return None
    allowed = set(column.values) or set(known.values())
    if column.type == "text" and set(found) <= allowed:
        return {}
    return {value: known.get(normalised(value), DECIDE) for value in found}


def _known(column: CanonicalColumn) -> dict[str, Any]:
    """By word of a source the canonical value that it stands for, as far as this column may have it."""
    meanings = words().codes.get(column.name, {})
    is_care = column.name == "care_type_code"
    dutch = {normalised(kind.dutch): name for name, kind in care_types().items()} if is_care else {}
    allowed = set(column.values)
    found = {word: value for value, known in meanings.items() for word in known}
    fitting = {word: value for word, value in found.items() if not allowed or value in allowed}
    return {normalised(value): value for value in column.values} | dutch | fitting
