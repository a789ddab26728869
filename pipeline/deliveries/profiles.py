"""What one delivery's table looks like in a few numbers, computed in DuckDB over its published file.

Only groups come out: counts, sums and counts by kind, never a row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from pipeline.canonical import CanonicalTable


@dataclass(frozen=True)
class Profile:
    """Rows, persons (0 for a table without), cents (0 for one without money), and rows by kind."""

    rows: int
    persons: int
    cents: int
    kinds: Mapping[str, int] = field(default_factory=dict)

    @property
    def measures(self) -> dict[str, float]:
        """The measures that are one number each; those that have no meaning for this table are left out."""
        found = {"rows": float(self.rows)}
        if self.persons:
            found["rows_per_person"] = self.rows / self.persons
        if self.rows and self.cents:
            found["mean_amount"] = self.cents / self.rows / 100
        return found

    def distance(self, other: Profile) -> float:
        """Total variation distance between the two mixes: 0 when shares are alike, 1 when nothing is."""
        kinds = sorted({*self.kinds, *other.kinds})
        shares = ((self._share(kind), other._share(kind)) for kind in kinds)
        return sum(abs(mine - theirs) for mine, theirs in shares) / 2

    def _share(self, kind: str) -> float:
        return self.kinds.get(kind, 0) / self.rows if self.rows else 0.0


def last_day_in(connection: duckdb.DuckDBPyConnection, path: Path, day: str) -> dt.date | None:
    """The latest day in a table; None when it is empty."""
    found = connection.read_parquet(str(path)).aggregate(f"max({day})").fetchall()
    return found[0][0] if found else None


def profile(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    table: CanonicalTable,
    *,
    mix: str = "",
    day: str = "",
    until: dt.date | None = None,
) -> Profile:
    """The profile of a table's rows, of those up to and including `until` when it is given."""
    rows = connection.read_parquet(str(path))
    if day and until is not None:
        rows = rows.filter(f"{day} <= DATE '{until.isoformat()}'")
    persons = "count(DISTINCT pid)" if table.is_personal else "0"
    cents = f"coalesce(sum({table.money_column}), 0)" if table.money_column else "0"
    counted = rows.aggregate(f"count(*), {persons}, {cents}").fetchall()[0]
    kinds = rows.aggregate(f"{mix}, count(*)", mix).fetchall() if mix else []
    return Profile(
        rows=int(counted[0]),
        persons=int(counted[1]),
        cents=int(counted[2]),
        kinds={str(kind): int(number) for kind, number in sorted(kinds, key=str)},
    )


def new_persons(
    connection: duckdb.DuckDBPyConnection, path: Path, earlier: Sequence[Path]
) -> tuple[int, int]:
    """(persons who are in none of the earlier tables, persons) of a table about persons."""
    now = _persons(connection, path)
    new = now
    for other in earlier:  # tables of several shapes, which only have persons in common
        new = new.join(_persons(connection, other), "pid", how="anti")
    return int(new.count("*").fetchall()[0][0]), int(now.count("*").fetchall()[0][0])


def _persons(connection: duckdb.DuckDBPyConnection, path: Path) -> duckdb.DuckDBPyRelation:
    return connection.read_parquet(str(path)).filter("pid IS NOT NULL").project("pid").distinct()
