"""The engine: DuckDB in memory, one connection a task, with a memory limit and a folder to spill to.

No `.duckdb` file is ever written: one would let only one process in. Tables are Parquet files that a
connection sees as views.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipeline.lake.spill import spill_folder


@dataclass(frozen=True)
class EngineSettings:
    """What a connection may use: memory as DuckDB writes it ('2GB'), threads, and where to spill."""

    memory_limit: str
    threads: int
    spill: Path


@contextlib.contextmanager
def connect(settings: EngineSettings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection of its own, closed at the end; it loads no extension from outside."""
    with spill_folder(settings.spill) as pages:
        connection = duckdb.connect(
            config={
                "memory_limit": settings.memory_limit,
                "threads": settings.threads,
                "temp_directory": str(pages),
                "autoinstall_known_extensions": False,
            }
        )
        connection.execute(
            "SET enable_progress_bar = false"
        )  # it would write into our caller's output and logs
        try:
            yield connection
        finally:
            connection.close()
