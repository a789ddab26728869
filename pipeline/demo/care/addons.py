"""The add-ons of hospital products: drugs in one performance of several units, intensive care by the day."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipeline.demo.care.catalogue import catalogue
from pipeline.demo.days import days_after, days_between, days_within


def addons_of(rng: np.random.Generator, used: pl.DataFrame) -> pl.DataFrame:
    """The add-ons of these products, with the products' columns.

    Args:
        rng: the random numbers.
        used: products, with trajectory, opening_date and last_day (up to which an add-on may be given).
    """
    items = catalogue()
    whole = used.join(
        items.select("product", "addon", "addon_probability", "addon_quantity"),
        on="product",
        how="left",
        validate="m:1",
        maintain_order="left",
    )
    hit = rng.random(whole.height) < whole["addon_probability"].to_numpy()
    whole = whole.filter(pl.Series(hit))
    quantity = 1 + rng.poisson(whole["addon_quantity"].to_numpy() - 1)
    whole = whole.with_columns(
        quantity=pl.Series(quantity, dtype=pl.Int64), product="addon", activity_date=None, diagnosis_code=None
    )
    per_day = items.filter(kind="addon_intensive_care")["product"].implode()
    stays = whole.filter(pl.col("product").is_in(per_day)).with_columns(
        day=pl.int_ranges(0, pl.col("quantity"))
    )
    days = stays.explode("day").with_columns(
        quantity=pl.lit(1, dtype=pl.Int64),
        start_date=pl.min_horizontal(pl.col("opening_date") + pl.duration(days="day"), "last_day"),
    )
    drugs = whole.filter(~pl.col("product").is_in(per_day))
    opening = drugs["opening_date"].to_numpy()
    length = days_between(opening, drugs["last_day"].to_numpy()) + 1
    drugs = drugs.with_columns(start_date=pl.Series(days_after(opening, days_within(rng, length))))
    return pl.concat([drugs, days.drop("day")]).with_columns(end_date="start_date")
