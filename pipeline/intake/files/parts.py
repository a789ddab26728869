"""The rows of one table of one file on disk, in parts in their order, so that memory holds a block at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl


@dataclass
class Parts:
    """Parquet files in a private folder, all with this schema."""

    folder: Path
    schema: pl.Schema
    paths: list[Path] = field(default_factory=list)
    height: int = 0

    def add(self, rows: pl.DataFrame) -> None:
        """Write further rows."""
        if rows.is_empty():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        # They are read again within minutes: speed counts, size does not.
        path = self.folder / f"{len(self.paths):06}.parquet"
        rows.select(self.schema.names()).write_parquet(path, compression="lz4", statistics=False)
        self.paths.append(path)
        self.height += rows.height

    def frames(self) -> Iterator[pl.DataFrame]:
        """The parts, one after the other."""
        return (pl.read_parquet(path) for path in self.paths)

    def scan(self) -> pl.LazyFrame:
        """All rows, in their order."""
        return pl.scan_parquet(self.paths) if self.paths else self.schema.to_frame().lazy()
