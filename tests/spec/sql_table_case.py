"""Small tables in, one `.sql` file, a table out: how the spec tests of the SQL read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import polars as pl

from pipeline.lake.sql import sql_table

PERSON_A, PERSON_B, PERSON_C = b"A" * 16, b"B" * 16, b"C" * 16


def run_sql(
    folder: Path,
    package: str,
    table: str,
    sources: Mapping[str, pl.DataFrame],
    parameters: Mapping[str, object] | None = None,
) -> pl.DataFrame:
    """The table that `sql/<package>/<table>.sql` makes of `sources`; its grain is checked to be a key."""
    definition = sql_table(package, table)
    assert set(definition.sources) == set(sources), "the header's sources are what the statement reads"
    connection = duckdb.connect()
    for name, frame in sources.items():
        connection.register(name, frame.to_arrow())
    path = folder / f"{table}.parquet"
    definition.write(connection, path, parameters or {}, {})
    made = pl.read_parquet(path)
    assert made.select(definition.grain).is_duplicated().sum() == 0, "the grain is a key"
    return made


def area() -> pl.DataFrame:
    """Two areas: 531 under contract, 541 for comparison."""
    return pl.DataFrame({"postcode3_code": ["531", "541"], "group_code": ["contracted", "comparison"]})
