"""Lets Great Expectations read through a DuckDB connection that is already open.

Great Expectations reaches databases through SQLAlchemy and reads a result after it has handed the
connection back. The rollback that SQLAlchemy does at that moment wipes DuckDB's result ("list index out
of range"). This dialect therefore begins, commits and rolls back nothing: right for a connection that
only reads, and for nothing else. The pool's own reset is switched off as well, in `NO_RESET`.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from typing import Any

import duckdb
import duckdb_engine
from sqlalchemy.dialects import registry

NO_RESET = {"pool_reset_on_return": None}
"""What `create_engine` needs beside the URL."""

_offered: dict[str, duckdb.DuckDBPyConnection] = {}
_names = itertools.count(1)


class ReadOnlyDialect(duckdb_engine.Dialect):
    """DuckDB without transactions, on cursors of a connection that `offered` has put up."""

    supports_statement_cache = False

    def connect(self, *_: Any, **parameters: Any) -> Any:
        """A cursor of the connection whose name the URL gives."""
        return duckdb_engine.ConnectionWrapper(_offered[parameters["database"]].cursor())

    def do_begin(self, connection: Any) -> None:
        """Nothing: every statement stands alone."""

    def do_commit(self, connection: Any) -> None:
        """Nothing was written."""

    def do_rollback(self, connection: Any) -> None:
        """Nothing was written, and a rollback would wipe the result."""


registry.register("duckdb.readonly", __name__, ReadOnlyDialect.__name__)


@contextlib.contextmanager
def offered(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Put `connection` up for SQLAlchemy; yields the URL under which it is found meanwhile."""
    name = f"connection{next(_names)}"
    _offered[name] = connection
    try:
        yield f"duckdb+readonly:///{name}"
    finally:
        del _offered[name]
