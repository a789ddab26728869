"""Take everything of blocked persons out of the lake: every table, every older snapshot, every unpublished file.

A night begins with it, so that tables that were put back from a backup hold nobody who objected. A table that
was looked through for a list of persons is not looked through again for the same list: files never change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import polars as pl
import sqlalchemy as sa

from pipeline.canonical import canonical_table
from pipeline.database import make_tables, metadata
from pipeline.deliveries.removed import OBJECTION, Removed, RemovedRows
from pipeline.home import OcmoHome
from pipeline.lake import (
    PUBLISHED,
    Lake,
    TableFile,
    connect,
    engine_settings,
    labelled_files,
    open_lake,
    replace_files,
    rewrite,
    see_published,
)
from pipeline.linkage.blocklist import BlockList, digest_of, prefix

RAW = "raw_"
BLOCKED = "blocked_pid"

searched_file = sa.Table(
    "searched_file",
    metadata,
    sa.Column("table_name", sa.String, primary_key=True),
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("list_digest", sa.String(64), nullable=False),
)


@dataclass(frozen=True)
class Removal:
    """What was taken out of the lake: how many versions of tables were written anew, and rows of deliveries."""

    tables: int = 0
    rows: int = 0


def remove_blocked(home: OcmoHome) -> Removal:
    """Take everybody who objected out of the lake (`remove_listed`), while nobody else writes there.

    The files that held the person are gone when it returns.

    Raises:
        SettingsError: when the list of who objected cannot be used.
    """
    if not BlockList(home).by_label():
        return Removal()
    lake = open_lake(home)
    with lake.rewriting():
        return remove_listed(home, lake)


def remove_listed(home: OcmoHome, lake: Lake) -> Removal:
    """Write every published table that holds a blocked person anew, without the person, in one commit.

    Killed at any point and run again, it ends the same. Call it within `Lake.rewriting`.

    Raises:
        SettingsError: when the list of who objected cannot be used.
    """
    lists = BlockList(home).by_label()
    searched, register_of_removed = Searched(lake.catalogue.engine), RemovedRows(lake.catalogue.engine)
    with connect(engine_settings(home)) as connection:
        known = searched.all()
        held = [
            (file, label)
            for file, label in labelled_files(lake)
            if label in lists and (file.table, file.digest, _list_digest(lists[label])) not in known
        ]
        instead: dict[TableFile, TableFile] = {}
        removed: list[Removed] = []
        for file, label in held:
            if _holds(lake, connection, file, label, lists[label]):
                removed += rows_to_go(connection, file, f"pid IN (FROM {BLOCKED})", OBJECTION)
                kept = f"FROM {PUBLISHED} WHERE pid IS NULL OR pid NOT IN (FROM {BLOCKED})"
                instead[file] = rewrite(lake, connection, file, f"SELECT * {kept}", label)

        def note(own: sa.engine.Connection) -> None:
            register_of_removed.add(removed, own)
            searched.note({instead.get(file, file): _list_digest(lists[label]) for file, label in held}, own)

        if held:
            replace_files(lake.catalogue, instead, also=note)
    return Removal(len(instead), sum(one.rows for one in removed))


def rows_to_go(connection: duckdb.DuckDBPyConnection, file: TableFile, which: str, why: str) -> list[Removed]:
    """What a delivery's table, seen as `PUBLISHED`, is about to lose; nothing for one that is made of others."""
    if not file.table.startswith(RAW):
        return []
    name = file.table.removeprefix(RAW)
    totals = canonical_table(name).totals
    rows = connection.sql(
        f"SELECT delivery_id, {totals} FROM {PUBLISHED} WHERE {which} GROUP BY delivery_id"  # noqa: S608
    ).fetchall()
    return [Removed(str(delivery), name, why, *map(int, numbers)) for delivery, *numbers in rows]


def _holds(
    lake: Lake, connection: duckdb.DuckDBPyConnection, file: TableFile, label: str, persons: frozenset[str]
) -> bool:
    """Whether a table holds a blocked person; the connection then sees it, and who they are as `BLOCKED`."""
    see_published(lake, connection, file)
    connection.register("objection", pl.DataFrame({"digest": sorted(persons)}).to_arrow())
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE {BLOCKED} AS
        SELECT pid
        FROM (SELECT DISTINCT pid FROM {PUBLISHED} WHERE pid IS NOT NULL)
        SEMI JOIN objection ON digest = {digest_of("pid")}
        """,  # noqa: S608
        {"label": prefix(label)},
    )
    return bool(connection.table(BLOCKED).limit(1).fetchall())


def _list_digest(persons: frozenset[str]) -> str:
    return hashlib.sha256("\n".join(sorted(persons)).encode()).hexdigest()


class Searched:
    """Which versions of tables hold nobody of which list."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        make_tables(engine, searched_file)

    def all(self) -> set[tuple[str, str, str]]:
        """(table, digest, digest of the list)."""
        with self.engine.connect() as connection:
            return {tuple(row) for row in connection.execute(sa.select(searched_file))}

    def note(self, lists: Mapping[TableFile, str], connection: sa.engine.Connection) -> None:
        """Note the list for each table, in place of an earlier one, in the caller's transaction."""
        for file, list_digest in lists.items():
            place = {"table_name": file.table, "digest": file.digest}
            connection.execute(sa.delete(searched_file).filter_by(**place))
            connection.execute(sa.insert(searched_file).values(list_digest=list_digest, **place))
