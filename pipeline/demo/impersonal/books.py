"""What an insurer's own books say: claims by label, year of loss and kind of care, up to a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from pipeline.demo.exports import comma_euros, dutch_date, source_codes, write_export
from pipeline.demo.files import RegionFile

TABLE = "control_total"
_KEY = ["insurer_code", "year_of_loss", "care_type_code"]


def book_totals(ledger: pl.DataFrame, up_to: dt.date) -> pl.DataFrame:
    """The totals of one insurer's ledger over one period, of what was invoiced up to a day.

    Args:
        ledger: one row per claim line: insurer_code, year_of_loss, care_type_code, invoiced_date,
            declared_cents (signed).
        up_to: the last invoice date that counts.

    Returns:
        insurer_code, year_of_loss, care_type_code, booked_lines, booked_cents.
    """
    known = ledger.filter(pl.col("invoiced_date") <= up_to)
    lines, cents = pl.len().cast(pl.Int64), pl.col("declared_cents").sum()
    return known.group_by(_KEY).agg(booked_lines=lines, booked_cents=cents).sort(_KEY)


def together(totals: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The totals of several periods as one: the books go on from year to year."""
    summed = pl.concat(totals).group_by(_KEY).agg(pl.col("booked_lines", "booked_cents").sum())
    return summed.sort(_KEY)


def write_books(path: Path, totals: pl.DataFrame, *, supplier: str, year: int, up_to: dt.date) -> RegionFile:
    """Write the books as they stand after `up_to`, for the delivery of `year`."""
    codes = source_codes(TABLE, "care_type_code")
    rows = totals.select(
        uzovi="insurer_code",
        schadejaar="year_of_loss",
        zorgsoort=pl.col("care_type_code").replace_strict(codes),
        peildatum=dutch_date(pl.lit(up_to)),
        aantal_regels="booked_lines",
        bedrag=comma_euros(pl.col("booked_cents")),
    )
    return write_export(path, rows, supplier=supplier, table=TABLE, year=year, known_to=up_to)
