"""The register's database: SQLite by default, PostgreSQL in production, through SQLAlchemy.

It holds small things only: which deliveries came and what became of them, and which files make up which
published snapshot of the lake. Every change that belongs together is one transaction.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData()


def open_database(url: str) -> sa.Engine:
    """An engine for `url`, with the tables there; opening an existing database changes nothing in it.

    On SQLite a write transaction takes the lock at its start, so that two writers wait for one another
    instead of failing half-way.
    """
    engine = sa.create_engine(url)
    if engine.dialect.name == "sqlite":
        if engine.url.database:
            Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
        sa.event.listen(engine, "connect", _leave_transactions_to_us)
        sa.event.listen(engine, "begin", _begin)
    return engine


def make_tables(engine: sa.Engine, *tables: sa.Table) -> None:
    """Make the tables that are not there; where all are, nothing is written.

    Two processes that open a new database at once wait for one another here.
    """
    inspector = sa.inspect(engine)
    if not all(inspector.has_table(table.name) for table in tables):
        with writing(engine) as connection, connection.begin():
            metadata.create_all(connection, tables=tables)


def writing(engine: sa.Engine) -> sa.engine.Connection:
    """A new connection whose transactions will write: it takes the lock when a transaction begins."""
    return engine.connect().execution_options(writes=True)


def _leave_transactions_to_us(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA busy_timeout = 60000")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: sa.engine.Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
