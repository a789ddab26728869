"""The insurer's register of a year, as its administration would export it: exact dates, names and all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from pipeline.demo.care import insured_windows
from pipeline.demo.files import RegionFile, publish
from pipeline.demo.identities import spoil_bsns
from pipeline.demo.parameters import Insurer

DUTCH_DATE = "%d-%m-%Y"


def write_register(
    path: Path,
    people: pl.DataFrame,
    *,
    insurer: Insurer,
    year: int,
    defects: tuple[np.random.Generator, float],
) -> RegionFile:
    """Write who is insured in `year`, one row per person; an end after the year is not yet known: empty."""
    insured = spoil_bsns(insured_windows(people, year), *defects)
    known_end = pl.when(pl.col("exit_date").dt.year() <= year).then("exit_date")
    rows = insured.select(
        burgerservicenummer="bsn",
        geboortenaam="name",
        voorvoegsel="prefix",
        voorletters="initials",
        geboortedatum=pl.col("birth_date").dt.strftime(DUTCH_DATE),
        geslacht=pl.col("sex_code").replace_strict({"F": "V", "M": "M"}),
        postcode="postcode",
        huisnummer="house_number",
        uzovi=pl.lit(insurer.insurer_code),
        ingangsdatum=pl.col("entry_date").dt.strftime(DUTCH_DATE),
        einddatum=known_end.dt.strftime(DUTCH_DATE),
        relatienummer="policy_number",
    )
    return RegionFile(
        supplier=insurer.supplier,
        path=path.name,
        table="insured",
        mapping="insured",
        year=year,
        rows=rows.height,
        cents=0,
        defective_rows=int(insured["is_defective"].sum()),
        defective_cents=0,
        sha256=publish(path, lambda unfinished: rows.write_csv(unfinished, separator=";")),
    )
