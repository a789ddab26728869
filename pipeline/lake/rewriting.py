"""Write a published table anew, for the two reasons there are: a person leaves, or all pseudonyms change.

The new version is a file beside the old one, sorted by the same key. Nothing changes until the catalogue lets
every snapshot hold it instead (`replacing`).
"""

from __future__ import annotations

import duckdb

from pipeline.canonical import canonical_table
from pipeline.errors import ReconciliationError
from pipeline.lake.catalogue import TableFile
from pipeline.lake.sql import SQL, SqlTable, sql_table
from pipeline.lake.store import PSEUDONYM_COLUMN, Lake

PUBLISHED = "published_table"
"""How a statement that writes a table anew names the published one."""

_RAW = "raw_"


def see_published(lake: Lake, connection: duckdb.DuckDBPyConnection, file: TableFile) -> None:
    """Let a connection see a version of a table as `PUBLISHED`."""
    connection.read_parquet(str(lake.path(file))).create_view(PUBLISHED)


def labelled_files(lake: Lake) -> list[tuple[TableFile, str]]:
    """Every published file that holds pseudonyms, with their label."""
    labels = ((file, lake.label(file)) for file in lake.catalogue.files())
    return [(file, label) for file, label in labels if label and PSEUDONYM_COLUMN in lake.columns(file)]


def rewrite(
    lake: Lake, connection: duckdb.DuckDBPyConnection, file: TableFile, statement: str, label: str
) -> TableFile:
    """Write `statement`, over `PUBLISHED`, as another version of the same table.

    Raises:
        ReconciliationError: when nobody says by which key the table is sorted.
    """
    key = _key(file.table)
    # Rows of equal key, such as lines that were delivered twice, have an order too.
    order = (*key, *(column for column in lake.columns(file) if column not in key))
    return lake.write_query(
        connection, SqlTable(file.table, order, (PUBLISHED,), (), statement), {}, label=label
    )


def _key(table: str) -> tuple[str, ...]:
    """What a table is sorted by: a raw one by its canonical key, another by the grain of its `.sql` file."""
    if table.startswith(_RAW):
        key = canonical_table(table.removeprefix(_RAW)).key
        return tuple(PSEUDONYM_COLUMN if column == "person" else column for column in key)
    for path in sorted(SQL.glob(f"*/{table}.sql")):
        return sql_table(path.parent.name, table).grain
    raise ReconciliationError(
        "A table with pseudonyms is neither a canonical one nor made by a file of sql/",
        where=table,
        remedy="Give it a .sql file whose grain says its key.",
    )
