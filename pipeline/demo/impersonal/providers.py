"""The list of providers that an insurer knows."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from pipeline.demo.exports import dutch_date, source_codes, write_export
from pipeline.demo.files import RegionFile

TABLE = "provider"


def write_providers(
    path: Path, providers: pl.DataFrame, *, supplier: str, year: int, known_to: dt.date
) -> RegionFile:
    """Write the list for the delivery of `year`; every provider is known since the year began.

    Args:
        path: the file to make.
        providers: provider_code, kind_code (canonical), postcode3_code.
        supplier: the insurer.
        year: the period.
        known_to: the day on which the list is made.
    """
    rows = providers.sort("provider_code").select(
        agb="provider_code",
        vanaf_maand=dutch_date(pl.lit(dt.date(year, 1, 1))),
        soort=pl.col("kind_code").replace_strict(source_codes(TABLE, "kind_code")),
        # The first of the area's postcodes: where in it a practice stands, nobody needs.
        postcode=pl.format("{}1AA", "postcode3_code"),
    )
    return write_export(path, rows, supplier=supplier, table=TABLE, year=year, known_to=known_to)
