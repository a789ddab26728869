"""The store: writes table files under their content's name, and sweeps what nobody published.

    lake/tables/<table>/<sha256>.parquet       a version of a table
    lake/tables/<table>/<sha256>.json          which of its columns are pseudonyms, and under which label
    lake/staging/                              files being written

Whoever writes holds the store's lock shared until its files are published; a sweep takes it alone, so it
never removes a file between writing and publishing. Who rewrites what is published has it alone too, so that
nobody publishes in between what was made of the tables as they were.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq

from pipeline.lake.catalogue import Catalogue, TableFile
from pipeline.lake.sql import SqlTable

PSEUDONYM_COLUMN = "pid"
LABEL_KEY = "ocmo.pseudonym_label"


class Lake:
    """Table files under one folder, and the catalogue that publishes them."""

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        self.folder = folder
        self.catalogue = catalogue
        self.tables = folder / "tables"
        self.staging = folder / "staging"
        for place in (self.tables, self.staging):
            place.mkdir(parents=True, exist_ok=True)

    def path(self, file: TableFile) -> Path:
        """Where a version of a table lies."""
        return self.tables / file.table / f"{file.digest}.parquet"

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the store's lock, shared, from the first file until the snapshot is published."""
        with self._locked(fcntl.LOCK_SH):
            yield

    def write_frame(
        self, table: str, frame: pl.DataFrame, *, sort_by: Sequence[str], label: str = ""
    ) -> TableFile:
        """Store a frame, sorted by its key, as a version of `table`."""
        arrow = frame.sort(sort_by, nulls_last=True).to_arrow()
        with self._staged() as path:
            with pq.ParquetWriter(path, arrow.schema, compression="zstd", store_schema=False) as writer:
                writer.write_table(arrow)
                if label:  # the schema's own metadata is left out together with the schema
                    writer.add_key_value_metadata({LABEL_KEY: label})
            return self._adopt(table, path, label)

    def write_query(
        self,
        connection: duckdb.DuckDBPyConnection,
        table: SqlTable,
        parameters: Mapping[str, object],
        *,
        label: str = "",
    ) -> TableFile:
        """Store the result of a `.sql` file and let `connection` see it under its name."""
        with self._staged() as path:
            table.write(connection, path, parameters, {LABEL_KEY: label} if label else {})
            file = self._adopt(table.name, path, label)
        connection.read_parquet(str(self.path(file))).create_view(table.name)
        return file

    @contextlib.contextmanager
    def rewriting(self) -> Iterator[None]:
        """Hold the store's lock alone, once everybody who writes has published; then remove what nobody holds."""
        with self._locked(fcntl.LOCK_EX):
            yield
            self._remove_unpublished()

    def label(self, file: TableFile) -> str:
        """The label of a file's pseudonyms; empty when it has none."""
        written: dict[bytes, bytes] = pq.read_metadata(self.path(file)).metadata or {}
        return written.get(LABEL_KEY.encode(), b"").decode()

    def columns(self, file: TableFile) -> list[str]:
        """The names of a file's columns."""
        return list(pq.read_schema(self.path(file)).names)

    def sweep(self) -> int:
        """Remove files no snapshot holds; returns how many. Does nothing while someone writes."""
        with contextlib.suppress(BlockingIOError), self._locked(fcntl.LOCK_EX | fcntl.LOCK_NB):
            return self._remove_unpublished()
        return 0

    def _remove_unpublished(self) -> int:
        published = self.catalogue.published_digests()
        tables = sorted(self.tables.glob("*/*"))
        unpublished = [path for path in tables if (path.parent.name, path.stem) not in published]
        unpublished += sorted(self.staging.iterdir())
        for path in unpublished:
            path.unlink()
        return len(unpublished)

    @contextlib.contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        with (self.folder / "lock").open("a") as lock:
            fcntl.flock(lock, how)
            yield

    @contextlib.contextmanager
    def _staged(self) -> Iterator[Path]:
        handle, name = tempfile.mkstemp(dir=self.staging, suffix=".parquet")
        os.close(handle)
        path = Path(name)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def _adopt(self, table: str, path: Path, label: str) -> TableFile:
        """Give a finished file its name; the same content lands on the same name."""
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        schema, rows = pq.read_schema(path), pq.read_metadata(path).num_rows
        file = TableFile(table, digest, rows)
        target = self.path(file)
        target.parent.mkdir(exist_ok=True)
        if target.exists():
            return file
        if label and PSEUDONYM_COLUMN in schema.names:
            sidecar = json.dumps({"pseudonym_columns": {PSEUDONYM_COLUMN: label}}, indent=1)
            _write_durably(target.with_suffix(".json"), sidecar + "\n")
        path.replace(target)
        _sync(target.parent)
        return file


def _write_durably(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Have the folder's entries on disk, before the catalogue says that they are there."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
