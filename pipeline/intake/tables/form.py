"""How a supplier writes its tables: the `format` part of a mapping file.

Each key may be left out: then it is found in the file itself, and said among the notes. All keys:

    kind        CSV, Parquet or XLSX
    separator   between the cells of a CSV line: one of ; , | or a tab
    quote       around cells that hold a separator: " or ', or empty for none
    encoding    of a CSV: UTF-8, UTF-16, windows-1252, ISO-8859-1, ISO-8859-15 or CP850
    header_row  the line or row of the column names, from 1
    sheet       of a workbook, by name; the first one unless said
    dates       a strftime pattern, such as "%d-%m-%Y"; "excel" for a spreadsheet's day numbers
    decimal     the decimal sign of amounts in euros; empty when amounts are whole cents
    thousands   the sign between groups of three digits
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from pipeline.errors import LayoutError

CSV, PARQUET, XLSX = "CSV", "Parquet", "XLSX"
KINDS = (CSV, PARQUET, XLSX)
SEPARATORS = (";", ",", "\t", "|")
QUOTES = ('"', "'")
ENCODINGS = {
    "utf-8": "utf-8",
    "utf-16": "utf-16",
    "windows-1252": "cp1252",
    "iso-8859-1": "latin-1",
    "iso-8859-15": "iso8859-15",
    "cp850": "cp850",
}
"""What a mapping may name, and Python's name of it."""

EXCEL_DAYS = "excel"
DECIMALS = ("", ",", ".")
THOUSANDS = ("", ".", ",", " ", "'")
_DIRECTIVES = set("dmYHMS")


@dataclass(frozen=True)
class TableForm:
    """What a mapping says of the form of its files; None where it leaves that to be found."""

    kind: str | None = None
    separator: str | None = None
    quote: str | None = None
    encoding: str | None = None
    header_row: int = 1
    sheet: str | None = None
    dates: str | None = None
    decimal: str | None = None
    thousands: str | None = None

    def __post_init__(self) -> None:
        _require_one_of("kind", self.kind, KINDS)
        _require_one_of("separator", self.separator, SEPARATORS)
        _require_one_of("quote", self.quote, ("", *QUOTES))
        _require_one_of("encoding", self.encoding, tuple(ENCODINGS))
        _require_one_of("decimal", self.decimal, DECIMALS)
        _require_one_of("thousands", self.thousands, THOUSANDS)
        if self.thousands and self.thousands == self.decimal:
            raise LayoutError("`decimal` and `thousands` are the same sign")
        if type(self.header_row) is not int or self.header_row < 1:
            raise LayoutError("`header_row` is no line number", remedy="Lines are counted from 1.")
        if self.sheet is not None and not isinstance(self.sheet, str):
            raise LayoutError("`sheet` is no name", remedy="Write the name of the sheet between quotes.")
        _require_dates(self.dates)

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> TableForm:
        """The form as written in YAML.

        Raises:
            LayoutError: when a key or a value is none of those above; the nearest key is named.
        """
        known = [field.name for field in fields(cls)]
        for name in raw:
            if name not in known:
                nearest = difflib.get_close_matches(str(name), known, n=1, cutoff=0.5)
                meant = f" Is `{nearest[0]}` meant?" if nearest else ""
                raise LayoutError(
                    f"`format` has an unknown key: {name}", remedy=f"The keys are {', '.join(known)}.{meant}"
                )
        encoding = raw.get("encoding")
        return cls(**raw) if encoding is None else cls(**{**raw, "encoding": str(encoding).lower()})


def _require_one_of(name: str, value: object, allowed: tuple[str, ...]) -> None:
    if value is not None and value not in allowed:
        shown = ", ".join(repr(one) for one in allowed)
        raise LayoutError(f"`{name}` in `format` is none of {shown}")


def _require_dates(dates: object) -> None:
    """A pattern names day, month and year of four digits; with two digits a birth date may mean two days."""
    if dates is None or dates == EXCEL_DAYS:
        return
    named = set(re.findall(r"%(.)", dates)) if isinstance(dates, str) else set()
    if not named >= {"d", "m", "Y"} or not named <= _DIRECTIVES:
        raise LayoutError(
            "`dates` in `format` is no pattern of day, month and year",
            remedy='Write it with %d, %m and %Y, for instance "%d-%m-%Y", or "excel" for day numbers.',
        )
