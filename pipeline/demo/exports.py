"""CSV exports as suppliers' systems write them: Dutch dates, euros with a comma, the codes of their mappings."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from pipeline.demo.files import RegionFile, mapping_path, publish

DUTCH_DATE = "%d-%m-%Y"


@cache
def described(mapping: str) -> dict[str, Any]:
    """The mapping file of this name, as it is written."""
    found: dict[str, Any] = yaml.safe_load(mapping_path(mapping).read_text(encoding="utf-8"))
    return found


def source_codes(mapping: str, column: str) -> dict[Any, str]:
    """How the source writes the values of a canonical column that the mapping translates, by canonical value."""
    codes = described(mapping)["columns"][column]["codes"]
    return {meant: str(code) for code, meant in codes.items()}


def dutch_date(date: pl.Expr) -> pl.Expr:
    """A date as 31-12-2025."""
    return date.dt.strftime(DUTCH_DATE)


def comma_euros(cents: pl.Expr) -> pl.Expr:
    """Whole cents as euros with a decimal comma, a minus before what is negative."""
    sign = pl.when(cents < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    size = cents.abs()
    hundredths = (size % 100).cast(pl.String).str.zfill(2)
    return pl.format("{}{},{}", sign, size // 100, hundredths)


def write_export(
    path: Path,
    rows: pl.DataFrame,
    *,
    supplier: str,
    table: str,
    year: int,
    cents: int = 0,
    known_to: dt.date | None = None,
) -> RegionFile:
    """Write the rows as the export that the mapping named after `table` reads.

    Args:
        path: the file to make.
        rows: columns as the mapping names them.
        supplier: whose it is.
        table: the canonical table that it becomes.
        year: the period it belongs to.
        cents: what its money adds up to.
        known_to: the last day it knows of; None for a record of the whole year.
    """
    separator, day = described(table)["format"]["separator"], known_to.isoformat() if known_to else ""
    return RegionFile(
        supplier=supplier,
        path=path.name,
        table=table,
        mapping=table,
        year=year,
        rows=rows.height,
        cents=cents,
        sha256=publish(path, lambda unfinished: rows.write_csv(unfinished, separator=separator)),
        first_invoiced=day,
        last_invoiced=day,
    )
