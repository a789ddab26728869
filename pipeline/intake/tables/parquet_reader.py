"""A Parquet file as an open table: only the columns that are asked for, some rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import FileRefusedError
from pipeline.intake.tables.form import PARQUET
from pipeline.intake.tables.opened import ROWS_AT_A_TIME, OpenTable, RawBlock, stripped, without_empty

MAGIC = b"PAR1"
LARGEST_GROUP = 8 << 30
"""Bytes of one column in one row group, unpacked: more is no table that somebody wrote to be read."""

_BROKEN = (pa.ArrowException, OSError, ValueError, OverflowError)
_REMEDY = "Write the file again, or give it as CSV."


def open_parquet(path: Path, name: str) -> OpenTable:
    """Read the schema; rows are counted from 1.

    Raises:
        FileRefusedError: when it is no Parquet, or a column of it is larger than any table's.
    """
    try:
        with pq.ParquetFile(path) as file:
            columns = tuple(file.schema_arrow.names)
            _refuse_swollen(file.metadata, name)
    except _BROKEN:
        raise FileRefusedError("The file is no whole Parquet file", where=name, remedy=_REMEDY) from None
    return OpenTable(PARQUET, columns, 0, (), {"kind": PARQUET}, partial(_blocks, path, name))


def _refuse_swollen(metadata: pq.FileMetaData, name: str) -> None:
    for group in range(metadata.num_row_groups):
        row_group = metadata.row_group(group)
        for column in range(row_group.num_columns):
            if row_group.column(column).total_uncompressed_size > LARGEST_GROUP:
                raise FileRefusedError(
                    f"Column {column + 1} unpacks to more than {LARGEST_GROUP >> 30} GiB",
                    where=f"{name}, row group {group + 1}",
                    remedy="Write it in smaller row groups.",
                )


def _blocks(path: Path, name: str, wanted: Mapping[str, int]) -> Iterator[RawBlock]:
    row = 1
    try:
        with pq.ParquetFile(path) as file:
            fields = [file.schema_arrow.field(place) for place in wanted.values()]
            _refuse_nested(fields, name)
            names = [field.name for field in fields]
            for batch in file.iter_batches(ROWS_AT_A_TIME, columns=names, use_threads=False):
                batch.validate(full=True)  # among other things, that texts are UTF-8
                frame = pl.DataFrame({new: batch.column(old) for new, old in zip(wanted, names, strict=True)})
                rows = frame.select(
                    pl.int_range(row, row + batch.num_rows, dtype=pl.UInt32).alias("row_number"),
                    pl.lit(None, pl.String).alias("fault"),
                    pl.all(),
                )
                filled = without_empty(stripped(rows))
                yield RawBlock(filled, rows.clear(), rows.height - filled.height)
                row += batch.num_rows
    except (*_BROKEN, pl.exceptions.PolarsError):
        # The library's own message may repeat what stands in the file.
        raise FileRefusedError(
            "The file is no whole Parquet file", where=f"{name}, row {row}", remedy=_REMEDY
        ) from None


def _refuse_nested(fields: list[pa.Field], name: str) -> None:
    """Raise when a column that is asked for holds no single values."""
    for field in fields:
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
            raise FileRefusedError(
                f"Column '{field.name}' holds no text, number or date", where=name, remedy=_REMEDY
            )
