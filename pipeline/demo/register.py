"""An insurer's register over a year, as its administration would export it: exact dates, names and all."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from pipeline.demo.care.windows import insured_windows
from pipeline.demo.exports import dutch_date, write_export
from pipeline.demo.files import RegionFile
from pipeline.demo.moves import code_of, insurer_of, label_column, label_since
from pipeline.demo.parameters import Region


def write_register(
    path: Path, people: pl.DataFrame, region: Region, *, insurer: int, year: int, known_to: dt.date
) -> RegionFile:
    """Write who is insured in `year` with an insurer, as known on a day; what comes after that day is empty.

    Who moves to another label or insurer on 1 January ends under the one on 31 December and begins under the other.

    Args:
        path: the file to make.
        people: of `simulate_people`.
        region: the parameters.
        insurer: index of the insurer.
        year: the calendar year.
        known_to: the day on which the register is read.
    """
    label = pl.col(label_column(year))
    insured = insured_windows(people, year).filter(
        insurer_of(region, label) == insurer, pl.col("window_start") <= known_to
    )
    last_of_year = pl.date(year, 12, 31)
    leaves_label = _leaves_label(region, year) & (pl.lit(known_to) > last_of_year)
    end = pl.when(leaves_label).then(pl.min_horizontal("exit_date", last_of_year)).otherwise("exit_date")
    up_to = pl.min_horizontal(pl.lit(known_to), last_of_year)
    supplier = region.insurers[insurer].supplier
    rows = insured.with_columns(known_end=pl.when(end <= up_to).then(end)).select(
        burgerservicenummer="bsn",
        geboortenaam="name",
        voorvoegsel="prefix",
        voorletters="initials",
        geboortedatum=dutch_date(pl.col("birth_date")),
        geslacht=pl.col("sex_code").replace_strict({"F": "V", "M": "M"}),
        postcode="postcode",
        huisnummer="house_number",
        uzovi=code_of(region, label),
        ingangsdatum=dutch_date(label_since(region, year)),
        einddatum=dutch_date(pl.col("known_end")),
        relatienummer="policy_number",
        huisartspraktijk="referrer_code",
        wlz_ingangsdatum=dutch_date(pl.when(pl.col("wlz_date") <= up_to).then("wlz_date")),
    )
    return write_export(path, rows, supplier=supplier, table="insured", year=year, known_to=known_to)


def _leaves_label(region: Region, year: int) -> pl.Expr:
    """Whether the person has another label in the next year; of the last year the next is not known."""
    if year + 1 not in region.years.all:
        return pl.lit(False)
    return pl.col(label_column(year)) != pl.col(label_column(year + 1))
