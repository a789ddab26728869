"""A step of the night: named inputs in, tables out, published at once or not at all.

The digest of a step's inputs decides whether it has anything to do. A step that was killed left files
that nobody published; running it again writes the same ones and publishes them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl

from pipeline.code_version import code_version
from pipeline.database import open_database
from pipeline.errors import NoDataError
from pipeline.home import OcmoHome
from pipeline.lake.catalogue import Catalogue, Snapshot, TableFile, inputs_digest
from pipeline.lake.engine import EngineSettings, connect
from pipeline.lake.persons import require_findable
from pipeline.lake.sql import sql_table
from pipeline.lake.store import Lake


def open_lake(home: OcmoHome) -> Lake:
    """The home's lake, with the catalogue in its register's database."""
    return Lake(home.lake, Catalogue(open_database(home.database_url)))


def engine_settings(home: OcmoHome) -> EngineSettings:
    """What a connection of this home may use."""
    return EngineSettings(home.memory_limit, home.threads, home.spill)


@dataclass
class Step:
    """What a step works with while it runs: a connection, its inputs as views, and the tables it makes."""

    lake: Lake
    connection: duckdb.DuckDBPyConnection
    label: str
    files: list[TableFile] = field(default_factory=list)

    def see(self, name: str, paths: Sequence[Path], schema: Mapping[str, pl.DataType] | None = None) -> None:
        """See Parquet files as one table; with a `schema`, no files are an empty table."""
        if not paths and schema is not None:
            self.see_frame(name, pl.DataFrame(schema=dict(schema)))
        else:
            self.connection.read_parquet([str(path) for path in paths]).create_view(name)

    def see_snapshot(self, snapshot: Snapshot) -> None:
        """See every table of an earlier step under its own name."""
        for file in snapshot.files:
            self.see(file.table, [self.lake.path(file)])

    def see_frame(self, name: str, frame: pl.DataFrame) -> None:
        """See a small frame, such as a contract's terms, as a table."""
        self.connection.register(name, frame.to_arrow())

    def make(self, package: str, table: str, parameters: Mapping[str, object] | None = None) -> None:
        """Make the table of `sql/<package>/<table>.sql` and see it."""
        self._add(
            self.lake.write_query(
                self.connection, sql_table(package, table), parameters or {}, label=self.label
            )
        )

    def keep(self, table: str, frame: pl.DataFrame, *, key: Sequence[str]) -> None:
        """Make a table of a frame computed in Python."""
        self._add(self.lake.write_frame(table, frame, sort_by=key))

    def read(self, table: str) -> pl.DataFrame:
        """A table this step sees, as a frame."""
        frame: pl.DataFrame = self.connection.table(table).pl()
        return frame

    def _add(self, file: TableFile) -> None:
        require_findable(self.lake, file)
        self.files.append(file)


def run_step(
    home: OcmoHome,
    scope: str,
    business_date: dt.date,
    inputs: object,
    work: Callable[[Step], None],
    *,
    label: str = "",
    published_only: bool = False,
) -> Snapshot:
    """The snapshot for these inputs, this date and this code; `work` makes it when it is not published yet.

    Raises:
        NoDataError: with `published_only`, when it is not: nothing was published for this date, or what was
            is of other deliveries, another contract text or another release.
    """
    lake = open_lake(home)
    digest = inputs_digest(code_version(), inputs)
    found = lake.catalogue.find(scope, business_date, digest)
    if found is not None:
        return found
    if published_only:
        raise _not_published(lake, scope, business_date)
    with lake.writing(), connect(engine_settings(home)) as connection:
        step = Step(lake, connection, label)
        work(step)
        return lake.catalogue.publish(scope, business_date, digest, step.files)


def _not_published(lake: Lake, scope: str, business_date: dt.date) -> NoDataError:
    if lake.catalogue.current(scope, business_date) is None:
        what = f"There are no figures for {business_date}"
    else:
        what = f"The figures for {business_date} are of other deliveries, another contract or another release"
    return NoDataError(
        what,
        where=scope,
        remedy=f"Run that night: `ocmo night run --date {business_date}`, or the DAG `nightly`.",
    )
