"""One `.sql` file is one table: read its header, run it, write the result sorted by its grain.

The header's prose says the rule; four lines of it are read by the machine:

    -- table:      core_insured_month
    -- grain:      pid, month            the key, sorted by, unique
    -- sources:    raw_insured, calendar_month
    -- parameters: first_year            bound, never formatted in ('none' when there are none)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb

from pipeline.home import CHECKOUT

SQL = CHECKOUT / "sql"


@dataclass(frozen=True)
class SqlTable:
    """A table as its `.sql` file defines it."""

    name: str
    grain: tuple[str, ...]
    sources: tuple[str, ...]
    parameters: tuple[str, ...]
    text: str

    def write(
        self,
        connection: duckdb.DuckDBPyConnection,
        path: Path,
        parameters: Mapping[str, object],
        key_values: Mapping[str, str],
    ) -> None:
        """Run the statement on `connection` and write it to `path` as Parquet, sorted by the grain.

        `parameters` may hold more than this file needs; `key_values` go into the file's metadata.
        """
        metadata = ", ".join(f"{_quoted(key)}: {_quoted(value)}" for key, value in sorted(key_values.items()))
        connection.execute(
            f"COPY (SELECT * FROM ({self.text}) ORDER BY {', '.join(self.grain)})"  # noqa: S608
            f" TO {_quoted(str(path))}"
            f" (FORMAT parquet, COMPRESSION zstd{f', KV_METADATA {{{metadata}}}' if metadata else ''})",
            {name: parameters[name] for name in self.parameters} or None,
        )


@cache
def sql_table(package: str, name: str) -> SqlTable:
    """The table `sql/<package>/<name>.sql`.

    Raises:
        ValueError: when the header lacks a line or names another table than the file does.
    """
    path = SQL / package / f"{name}.sql"
    text = path.read_text(encoding="utf-8")
    header = {
        key: _listed(_header_line(path, text, key)) for key in ("table", "grain", "sources", "parameters")
    }
    if header["table"] != (name,):
        raise ValueError(f"{path}: the header names {header['table']}, the file {name}")
    statement = text.strip().rstrip(";")
    return SqlTable(name, header["grain"], header["sources"], header["parameters"], statement + "\n")


def _header_line(path: Path, text: str, key: str) -> str:
    found = re.search(rf"^-- {key}:\s*(.*)$", text, re.MULTILINE)
    if not found:
        raise ValueError(f"{path}: the header has no line '-- {key}: ...'")
    return found.group(1)


def _listed(line: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in line.split(",") if part.strip() not in ("", "none"))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
