"""Rows of all files of a delivery together, and findings on them: which file, which line, which table.

The rules between records look at accepted rows that lie on disk, in parts. `PLACE` are the columns by which a row
of a part tells where it came from; the order of a delivery is that of its files, and within one of its lines.
"""

from __future__ import annotations

import polars as pl

from pipeline.intake.rules.findings import PLACED, WARNING

PLACE = ("file_number", "file", "record_code", "row_number")
"""Columns of every part beside `bsn` (of persons) and the canonical ones: file_number UInt32, counted from 0 in the
order of the delivery; file, its name; record_code; row_number UInt32."""

ORDER = ["file_number", "row_number"]
"""The order of a delivery's rows, and what tells them apart."""


def collected(rows: pl.LazyFrame) -> pl.DataFrame:
    """The rows in memory, read in batches: ask for few columns, or few rows."""
    return rows.collect(engine="streaming")


def finding(
    rows: pl.DataFrame, table: str, *, field: str, rule: str, reason: str | pl.Expr, severity: str = WARNING
) -> pl.DataFrame:
    """The same finding on each of `rows` (with `PLACE`), with the schema PLACED, in the delivery's order."""
    said = pl.lit(reason) if isinstance(reason, str) else reason
    found = rows.sort(ORDER).select(
        *PLACE,
        table=pl.lit(table),
        line_number="row_number",
        field=pl.lit(field),
        rule=pl.lit(rule),
        reason=said,
        severity=pl.lit(severity),
    )
    return found.select(pl.col(name).cast(dtype) for name, dtype in PLACED.items())


def none_found() -> pl.DataFrame:
    """No finding, with the schema PLACED."""
    return PLACED.to_frame()
