"""Every `.sql` file: its header says the truth about the statement below it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.lake import sql as lake_sql
from pipeline.lake.sql import SQL, SqlTable, sql_table

FILES = sorted(SQL.glob("*/*.sql"))
HEADER = "-- table: t\n-- grain: a, b\n-- sources: s\n-- parameters: none\n"


def each_file(function: Any) -> Any:
    return pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])(function)


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a parsed statement."""
    if isinstance(value, dict):
        yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(child)


def parsed(table: SqlTable) -> list[dict[str, Any]]:
    """The statement as DuckDB's own parser understands it."""
    with duckdb.connect() as connection:
        text = connection.execute("SELECT json_serialize_sql(?)", [table.text]).fetchall()[0][0]
    tree = json.loads(text)
    assert not tree["error"], tree
    assert len(tree["statements"]) == 1, "one file is one statement"
    return list(nodes(tree))


@each_file
def test_the_sources_are_the_tables_that_the_statement_reads(path: Path) -> None:
    table = sql_table(path.parent.name, path.stem)
    found = parsed(table)
    own = {entry["key"] for node in found if "cte_map" in node for entry in node["cte_map"]["map"]}
    read = {node["table_name"] for node in found if node.get("type") == "BASE_TABLE"} - own
    assert read == set(table.sources)
    assert not any(node.get("type") == "TABLE_FUNCTION" for node in found), "reads no files of its own"


@each_file
def test_the_parameters_are_those_of_the_statement(path: Path) -> None:
    table = sql_table(path.parent.name, path.stem)
    bound = {node["identifier"] for node in parsed(table) if node.get("type") == "VALUE_PARAMETER"}
    assert bound == set(table.parameters)


@each_file
def test_sums_are_of_integers(path: Path) -> None:
    """DuckDB's sums of doubles differ between runs on two threads."""
    statement = re.sub(r"--.*", "", path.read_text(encoding="utf-8"))
    assert not re.search(r"(?i)\b(double|float|real|avg|stddev|random|now|current_date)\b", statement)


@each_file
def test_the_prose_says_the_rule(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("-- ")
    assert first.endswith(".")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An `sql/` of its own, with one package `p`."""
    monkeypatch.setattr(lake_sql, "SQL", tmp_path)
    (tmp_path / "p").mkdir()
    sql_table.cache_clear()
    yield tmp_path / "p"
    sql_table.cache_clear()


def test_a_header_as_it_should_be(folder: Path) -> None:
    (folder / "t.sql").write_text("-- What it is.\n" + HEADER.replace("none", "year, cap") + "SELECT 1;\n")
    table = sql_table("p", "t")
    assert (table.grain, table.sources, table.parameters) == (("a", "b"), ("s",), ("year", "cap"))
    assert table.text.endswith("SELECT 1\n"), "the statement can stand in another"


@pytest.mark.parametrize("line", ["table", "grain", "sources", "parameters"])
def test_a_header_that_misses_a_line(folder: Path, line: str) -> None:
    kept = [text for text in HEADER.splitlines() if not text.startswith(f"-- {line}:")]
    (folder / "t.sql").write_text("\n".join(kept) + "\nSELECT 1\n")
    with pytest.raises(ValueError, match=f"the header has no line '-- {line}: ...'"):
        sql_table("p", "t")


def test_a_header_that_names_another_table(folder: Path) -> None:
    (folder / "t.sql").write_text(HEADER.replace("table: t", "table: other") + "SELECT 1\n")
    with pytest.raises(ValueError, match="other"):
        sql_table("p", "t")


def test_written_sorted_by_the_grain_with_bound_parameters_and_metadata(tmp_path: Path) -> None:
    statement = "SELECT a, b, $text AS said FROM (VALUES (2, 1), (1, 2), (1, 1)) AS v(a, b)\n"
    table, path = SqlTable("t", ("a", "b"), (), ("text",), statement), tmp_path / "it's.parquet"
    said = "'; DROP TABLE x; --"
    with duckdb.connect() as connection:
        table.write(connection, path, {"text": said, "unused": 1}, {"who's": "it's"})
        rows = connection.read_parquet(str(path)).fetchall()
        metadata = connection.execute("SELECT key, value FROM parquet_kv_metadata(?)", [str(path)]).fetchall()
    assert rows == [(1, 1, said), (1, 2, said), (2, 1, said)]
    assert (b"who's", b"it's") in metadata


def test_a_parameter_that_is_not_given(tmp_path: Path) -> None:
    table = SqlTable("t", ("a",), (), ("year",), "SELECT $year AS a\n")
    with duckdb.connect() as connection, pytest.raises(KeyError, match="year"):
        table.write(connection, tmp_path / "t.parquet", {}, {})
