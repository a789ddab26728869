"""Nursing at home: the same people month after month, so many that it costs what the cost table says."""

from __future__ import annotations

import datetime as dt

import polars as pl

from pipeline.demo.care.catalogue import growth, net_cents, whole
from pipeline.demo.care.cost_table import cost_by_row, row_of
from pipeline.demo.care.services import PERFORMANCE, services
from pipeline.demo.care.windows import care_windows
from pipeline.demo.parameters import Region
from pipeline.demo.practices import own_provider
from pipeline.demo.streams import Streams

HOME_CARE = "home_care"


def simulate_home_care(region: Region, streams: Streams, people: pl.DataFrame, year: int) -> pl.DataFrame:
    """A line per month for who has nursing at home on its 15th: the columns of `PERFORMANCE`.

    Each person has one number between 0 and 1 for life, and has nursing in a year in which the share of the
    sex and age that has it exceeds the number. That share is the table's cost over what a year of it costs.
    """
    service = services().filter(kind=HOME_CARE)
    hours = region.care.home_care_hours
    yearly = 12 * hours * net_cents(region, service["price_cents"].to_numpy())[0]
    row = row_of(people["sex_code"], year - people["birth_date"].dt.year())
    number = streams.generator(HOME_CARE).random(people.height)
    cared_for = care_windows(people.filter(pl.Series(number < cost_by_row(HOME_CARE)[row] / yearly)), year)
    months = [dt.date(year, month, 1) for month in range(1, 13)]
    lines = pl.concat(
        cared_for.filter(pl.lit(month.replace(day=15)).is_between("window_start", "window_end")).with_columns(
            month=pl.lit(month)
        )
        for month in months
    )
    rng = streams.generator(f"{HOME_CARE} hours {year}")
    price = whole(service["price_cents"].to_numpy() * growth(region, year))
    return lines.select(
        "person",
        provider_code=own_provider(region, HOME_CARE, pl.col("hospital"), pl.col("person")),
        care_type_code=pl.lit(HOME_CARE),
        service=pl.lit(service["service"][0], dtype=pl.UInt32),
        opening_date=pl.max_horizontal("month", "window_start"),
        closing_date=pl.min_horizontal(pl.col("month").dt.month_end(), "window_end"),
        quantity=pl.Series(1 + rng.poisson(hours - 1, lines.height), dtype=pl.Int64),
        unit_cents=pl.lit(int(price[0]), dtype=pl.Int64),
    ).select(PERFORMANCE)
