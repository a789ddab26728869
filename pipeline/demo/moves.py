"""Under which label people are insured, year by year: some choose again on each 1 January.

Who chooses again takes any label by its share, so the market stays as it is: some move to the other insurer,
some to another label of their own, and some keep what they have. Insurance goes on without a gap.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from pipeline.demo.parameters import Region
from pipeline.demo.streams import Streams


def label_column(year: int) -> str:
    """The column of `simulate_people` with the label of a year (place in `Region.labels`)."""
    return f"label_{year}"


def labels(region: Region, streams: Streams, count: int) -> pl.DataFrame:
    """The label of each person in each year, one column a year; it holds whether insured then or not."""
    shares = [share for _, _, share in region.labels]
    columns = {}
    label = streams.generator("first label").choice(len(shares), count, p=shares).astype(np.int8)
    for year in region.years.all:
        if year > region.years.all[0]:
            rng = streams.generator(f"choose label again {year}")
            again = rng.random(count) < region.population.choose_label_again_share
            label = np.where(again, rng.choice(len(shares), count, p=shares), label).astype(np.int8)
        columns[label_column(year)] = label
    return pl.DataFrame(columns)


def insurer_of(region: Region, label: pl.Expr) -> pl.Expr:
    """The index of the insurer of a label."""
    insurers = [insurer for insurer, _, _ in region.labels]
    return label.replace_strict(range(len(insurers)), insurers, return_dtype=pl.Int8)


def code_of(region: Region, label: pl.Expr) -> pl.Expr:
    """The UZOVI number of a label."""
    codes = [code for _, code, _ in region.labels]
    return label.replace_strict(range(len(codes)), codes, return_dtype=pl.String)


def label_since(region: Region, year: int) -> pl.Expr:
    """The day from which a person is insured under the label of `year` without a break."""
    since = pl.col("entry_date")
    for later in region.years.all[1:]:
        if later <= year:
            moved = pl.col(label_column(later)) != pl.col(label_column(later - 1))
            new_year = pl.date(later, 1, 1)
            since = pl.when(moved).then(pl.max_horizontal(since, new_year)).otherwise(since)
    return since
