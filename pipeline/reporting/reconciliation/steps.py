"""A step of a reconciliation: the same quantity on two sides, and how it is counted on either."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import duckdb
import polars as pl


@dataclass(frozen=True)
class Step:
    """The same quantity on two sides of a step; `tolerance` is absolute, for floats only."""

    step: str
    scope: str
    quantity: str
    before: float
    after: float
    tolerance: float = 0

    @property
    def closes(self) -> bool:
        """Whether nothing was lost or made up between the two."""
        return abs(self.before - self.after) <= self.tolerance

    def as_json(self) -> dict[str, Any]:
        """Plain values, with the verdict."""
        return {**asdict(self), "closes": self.closes}


@dataclass(frozen=True)
class Reconciliation:
    """All steps of one contract year on one business date."""

    contract: str
    year: int
    business_date: dt.date
    steps: tuple[Step, ...]

    @property
    def closes(self) -> bool:
        """Whether every step closes."""
        return all(step.closes for step in self.steps)

    def as_json(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "contract": self.contract,
            "year": self.year,
            "business_date": self.business_date.isoformat(),
            "closes": self.closes,
            "steps": [step.as_json() for step in self.steps],
        }


@dataclass(frozen=True)
class Count:
    """A quantity of a table: SQL for the amount (a whole number), the scope it is counted by, and which rows."""

    table: str
    amount: str
    scope: str
    where: str = ""

    def by_scope(self, connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
        """The amount in each scope that has rows."""
        where = f" WHERE {self.where}" if self.where else ""
        query = f"SELECT {self.scope}, {self.amount} FROM {self.table}{where} GROUP BY {self.scope}"
        return by_scope(connection, query)


def by_scope(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, int]:
    """The amounts of a query that gives a scope and a whole number in each row."""
    return {str(scope): int(amount or 0) for scope, amount in connection.sql(query).fetchall()}


def tie(
    connection: duckdb.DuckDBPyConnection, step: str, quantity: str, before: Count, after: Count
) -> Iterator[Step]:
    """A step for each scope of two counts; a scope that only one of them has counts as 0 in the other."""
    yield from pairs(step, quantity, before.by_scope(connection), after.by_scope(connection))


def counted_once(
    connection: duckdb.DuckDBPyConnection,
    quantity: str,
    raw: tuple[str, str],
    made: str,
    counts: str,
    *,
    scope: str = "'all deliveries'",
    made_reference: str = "*",
) -> Iterator[Step]:
    """Different references as delivered = what is no duplicate. `raw` is a table and its reference.

    `counts` says which rows of the table `made` are no duplicates, `made_reference` what is counted there.
    """
    table, reference = raw
    yield from tie(
        connection,
        "different references = no duplicates",
        quantity,
        Count(table, f"count(DISTINCT {reference})", scope),
        Count(made, f"count({made_reference})", scope, counts),
    )


def pairs(step: str, quantity: str, before: Mapping[str, int], after: Mapping[str, int]) -> Iterator[Step]:
    """A step for each scope of two mappings; a scope that only one of them has is 0 in the other."""
    for scope in sorted({*before, *after}):
        yield Step(step, scope, quantity, before.get(scope, 0), after.get(scope, 0))


def values_by_key(frame: pl.DataFrame, key: Sequence[str]) -> dict[str, object]:
    """Every value of a table outside its key, by key and column: what `same` compares."""
    return {
        " ".join([*(str(row[name]) for name in key), column]): value
        for row in frame.iter_rows(named=True)
        for column, value in row.items()
        if column not in key
    }


def same(
    step: str, scope: str, quantity: str, before: Mapping[str, object], after: Mapping[str, object]
) -> Step:
    """Whether two mappings agree in every place: how many places there are, and how many agree.

    Values are compared by what they print, so that a figure that is no number equals itself.
    """
    places = sorted({*before, *after})
    differing = [place for place in places if repr(before.get(place)) != repr(after.get(place))]
    first = f"; first: {differing[0]}" if differing else ""
    return Step(step, f"{scope}{first}", quantity, len(places), len(places) - len(differing))
