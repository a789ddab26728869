"""Let snapshots hold other versions of their tables: the one change to what is published, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import sqlalchemy as sa

from pipeline.database import writing
from pipeline.lake.catalogue import Catalogue, TableFile, moved_table, snapshot_file


def replace_files(
    catalogue: Catalogue,
    instead: Mapping[TableFile, TableFile],
    *,
    moved: Collection[TableFile] = (),
    also: Callable[[sa.engine.Connection], None],
) -> None:
    """Let every snapshot that holds a file hold another instead, in one transaction with what `also` writes.

    Of those in `moved` only the pseudonyms are others, so that they count as what they were. Nothing refers to
    the replaced files then; a sweep removes them.
    """
    with writing(catalogue.engine) as connection, connection.begin():
        for old, new in sorted(instead.items()):
            _replace(connection, old, new, is_moved=old in moved)
        also(connection)


def _replace(connection: sa.engine.Connection, old: TableFile, new: TableFile, *, is_moved: bool) -> None:
    holds = sa.and_(snapshot_file.c.table_name == old.table, snapshot_file.c.digest == old.digest)
    holders = list(connection.scalars(sa.select(snapshot_file.c.snapshot_id).where(holds)))
    origins = sa.and_(moved_table.c.table_name == old.table, moved_table.c.snapshot_id.in_(holders))
    connection.execute(sa.update(snapshot_file).where(holds).values(digest=new.digest, row_count=new.rows))
    if not is_moved:
        connection.execute(sa.delete(moved_table).where(origins))
        return
    known = set(connection.scalars(sa.select(moved_table.c.snapshot_id).where(origins)))
    for holder in sorted(set(holders) - known):
        row = {"snapshot_id": holder, "table_name": old.table, "origin": old.digest}
        connection.execute(sa.insert(moved_table).values(row))
