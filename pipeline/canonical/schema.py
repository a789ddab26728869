"""Read the canonical tables' YAML and hold frames against it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from pipeline.canonical.care_types import care_types
from pipeline.errors import DeliveryRefusedError

if TYPE_CHECKING:  # whoever only checks a contract reads these tables, and needs no frames
    import polars as pl

TABLES = Path(__file__).parent / "tables"

KINDS_OF_CARE = "care_types"
"""In place of values: every kind of care there is."""

POLARS_TYPES = {
    "text": "String",
    "int16": "Int16",
    "int32": "Int32",
    "int64": "Int64",
    "date": "Date",
    "bool": "Boolean",
}
"""The type of a column in polars, by what the tables call it."""


@dataclass(frozen=True)
class CodesWhere:
    """The form of a column's codes in the rows where another column `column` is `value`."""

    column: str
    value: str
    codes: str


@dataclass(frozen=True)
class CanonicalColumn:
    """One column: its type, whether it may be empty, and what it says about a person.

    Attributes:
        name: of the column.
        type: a key of `POLARS_TYPES`.
        says: what it is, for people.
        privacy: none, pseudonym, quasi-identifier or sensitive; see the reference page.
        optional: whether it may be empty.
        empty_only_with: of an optional column, another one that must be filled where this one is empty; else ''.
        lacking: of an optional column, what to do when the source lacks it.
        codes: the form of its codes, a name of `code_forms`; empty where there is none.
        codes_where: the form where it depends on another column.
        values: the only values it may have; empty where there is no such list.
        has_withheld: whether it may be `WITHHELD` in place of a code.
    """

    name: str
    type: str
    says: str
    privacy: str
    optional: bool = False
    empty_only_with: str = ""
    lacking: str = ""
    codes: str = ""
    codes_where: tuple[CodesWhere, ...] = ()
    values: tuple[str, ...] = ()
    has_withheld: bool = False


@dataclass(frozen=True)
class About:
    """By which column a row tells the year that it is about.

    Attributes:
        date: the column of its day, or of its first month.
        months: where a row lasts, the column with the number of months; else empty.
        corrects: where a row may correct another, the column that names that one; else empty. Such a row has
            the date of what it corrects, which may be of any year.
    """

    date: str
    months: str = ""
    corrects: str = ""


@dataclass(frozen=True)
class CanonicalTable:
    """One table: grain, key and columns. `key` may name `person`, the column that sealing replaces.

    A table that is not about persons (`is_personal` false) has no such column, before sealing or after it.
    `about` is None for a table whose rows are not each of one year, such as books over several. `money_column` is
    the amount that must close from file to lake; `granted_column` the one that counts in its place where it is
    filled. Both are None for a table without.
    """

    name: str
    describes: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[CanonicalColumn, ...]
    money_column: str | None
    is_personal: bool
    about: About | None
    granted_column: str | None = None

    @property
    def polars_schema(self) -> dict[str, pl.DataType]:
        """Column names and Polars types, in order, without the person column."""
        import polars as pl

        return {column.name: getattr(pl, POLARS_TYPES[column.type])() for column in self.columns}

    @property
    def raw_schema(self) -> dict[str, pl.DataType]:
        """The table as the lake holds it: pseudonym (of a person) and delivery before the canonical columns."""
        import polars as pl

        person = {"pid": pl.Binary()} if self.is_personal else {}
        return {**person, "delivery_id": pl.String(), **self.polars_schema}

    @property
    def totals(self) -> str:
        """SQL over its rows: their number, cents as delivered, and cents that count (granted where that is filled)."""
        money = self.money_column or "0"
        counting = f"coalesce({self.granted_column}, {money})" if self.granted_column else money
        return (
            f"count(*) AS row_count, coalesce(sum({money}), 0) AS cents, "
            f"coalesce(sum({counting}), 0) AS counting_cents"
        )

    @property
    def schema_digest(self) -> str:
        """SHA-256 of names, types and optionality: both sides must mean the same table."""
        shape = [[column.name, column.type, column.optional] for column in self.columns]
        return hashlib.sha256(json.dumps([self.name, shape]).encode()).hexdigest()

    def require(self, frame: pl.DataFrame, *, where: str) -> pl.DataFrame:
        """The frame with exactly this table's columns, in order.

        Raises:
            DeliveryRefusedError: when a column is missing, extra or of another type.
        """
        if dict(frame.schema) != self.polars_schema:
            differing = sorted(set(frame.schema.items()) ^ set(self.polars_schema.items()), key=str)
            names = ", ".join(sorted({name for name, _ in differing}))
            raise DeliveryRefusedError(
                f"Table {self.name} does not have the agreed columns (differing: {names or 'their order'})",
                where=where,
                remedy="Make the table again with this version's intake.",
            )
        return frame


@cache
def canonical_tables() -> dict[str, CanonicalTable]:
    """All canonical tables by name, in alphabetical order."""
    tables = (_load(path) for path in sorted(TABLES.glob("*.yaml")))
    return {table.name: table for table in tables}


def canonical_table(name: str) -> CanonicalTable:
    """The canonical table of this name.

    Raises:
        DeliveryRefusedError: when there is no such table.
    """
    tables = canonical_tables()
    if name not in tables:
        raise DeliveryRefusedError(
            f"'{name}' is no canonical table", remedy=f"Known tables: {', '.join(tables)}."
        )
    return tables[name]


def _values(written: Sequence[str] | str) -> tuple[str, ...]:
    """The values as written, or the kinds of care where it says so."""
    return tuple(care_types()) if written == KINDS_OF_CARE else tuple(written)


def _load(path: Path) -> CanonicalTable:
    raw = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    columns = tuple(
        CanonicalColumn(
            name=name,
            type=column["type"],
            says=column["says"],
            privacy=column["privacy"],
            optional=column.get("optional", False),
            empty_only_with=column.get("empty_only_with", ""),
            lacking=column.get("lacking", ""),
            codes=column.get("codes", ""),
            codes_where=tuple(
                CodesWhere(case["column"], case["is"], case["codes"])
                for case in column.get("codes_where", ())
            ),
            values=_values(column.get("values", ())),
            has_withheld=column.get("withheld", False),
        )
        for name, column in raw["columns"].items()
    )
    money = raw.get("money", {})
    return CanonicalTable(
        name=raw["table"],
        describes=raw["describes"].strip(),
        grain=raw["grain"],
        key=tuple(raw["key"]),
        columns=columns,
        money_column=money.get("delivered"),
        is_personal=raw["person"] != "none",
        about=About(**raw["about"]) if "about" in raw else None,
        granted_column=money.get("granted"),
    )
