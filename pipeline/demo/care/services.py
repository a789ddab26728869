"""Care that is declared by the performance: consultations, physiotherapy, dental care and stays in a care hotel."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl

from pipeline.demo.care.catalogue import growth, net_cents, whole
from pipeline.demo.care.cost_table import COLUMNS
from pipeline.demo.care.draw import draw_days, draw_uses
from pipeline.demo.care.effects import stay_factors
from pipeline.demo.care.need import cells, relative_need
from pipeline.demo.care.rates import Rates, budget_of, possible, rates_by_age
from pipeline.demo.care.windows import care_windows, exposure, last_day
from pipeline.demo.days import days_after
from pipeline.demo.parameters import HERE, Region
from pipeline.demo.practices import own_provider
from pipeline.demo.streams import Streams

PERFORMANCE = [
    "person",
    "provider_code",
    "care_type_code",
    "service",
    "opening_date",
    "closing_date",
    "quantity",
    "unit_cents",
]
"""Columns of performances of all care in the price list; `service` is its row."""
CARE_HOTEL = "care_hotel"


@cache
def services() -> pl.DataFrame:
    """The price list, one row per service; `service` is the row number and `kind` the kind of care."""
    codes = dict.fromkeys(("performance_list_code", "performance_code"), pl.String)
    path = HERE / "services.csv"
    table = pl.read_csv(path, comment_prefix="#", schema_overrides=codes).rename({"care_type": "kind"})
    return table.with_row_index("service").with_columns(pl.col("quantity").cast(pl.Float64))


def service_rates(region: Region, care_type: str) -> Rates:
    """Uses of each service of one kind of care by sex, age and set of conditions; of stays as their profile says."""
    own = services().filter(kind=care_type)
    if care_type in COLUMNS:
        mean = net_cents(region, own["price_cents"].to_numpy()) * own["quantity"].to_numpy()
        by_age = rates_by_age(region, own, mean, budget_of((care_type,)))
    else:
        by_age = Rates(own["frequency"].to_numpy() * possible(region, own["profile"]) / 1000)
    relative = relative_need(region, care_type, own["performance_code"].to_list())
    return by_age.by_conditions(relative)


def simulate_services(
    region: Region, streams: Streams, people: pl.DataFrame, year: int, care_type: str
) -> pl.DataFrame:
    """One kind of care opened in `year`, before any correction: the columns of `PERFORMANCE`."""
    own, rng = services().filter(kind=care_type), streams.generator(f"{care_type} {year}")
    windows = care_windows(people, year)
    factor = stay_factors(region, year)[windows["hospital"].to_numpy()] if care_type == CARE_HOTEL else 1.0
    amount = exposure(windows, year) * windows["personal_level"].to_numpy() * factor
    whose, item = draw_uses(
        rng,
        [service_rates(region, care_type)],
        which=np.zeros(windows.height, dtype=np.int64),
        cell=cells(region, windows, year),
        amount=amount,
    )
    opening = draw_days(rng, windows, whose)
    latest = np.minimum(windows["window_end"].to_numpy(), last_day(windows))[whose]
    length = own["days"].to_numpy()[item]
    price = whole(own["price_cents"].to_numpy() * growth(region, year))
    kind = own["provider_kind"][0]
    return (
        windows.select("person", "hospital")[whose]
        .with_columns(
            provider_code=own_provider(region, kind, pl.col("hospital"), pl.col("person")),
            care_type_code=pl.lit(care_type),
            service=own["service"].gather(item),
            opening_date=pl.Series(opening),
            closing_date=pl.Series(np.minimum(days_after(opening, length), latest)),
            quantity=pl.Series(1 + rng.poisson(own["quantity"].to_numpy()[item] - 1), dtype=pl.Int64),
            unit_cents=pl.Series(price[item]),
        )
        .select(PERFORMANCE)
    )
