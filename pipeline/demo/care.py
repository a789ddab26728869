"""What care people use in a year: products, the add-ons that come with them, where and when.

The number of products of a person is Poisson around rate x insured time x the person's own level, so over
persons it is negative binomial, and a heavy user one year is likely one the next.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.demo.catalogue import catalogue, price_cents
from pipeline.demo.days import NEVER, days_after, days_between, days_in, days_within
from pipeline.demo.parameters import Region
from pipeline.demo.rates import cell_of, rates
from pipeline.demo.streams import Streams

_LONGEST_DAYS = 120
"""A DBC stays open 120 days at most (NZa declaration rules)."""


def insured_windows(people: pl.DataFrame, year: int) -> pl.DataFrame:
    """Who is insured in `year`: all columns of `people`, and window_start and window_end, both included."""
    first, last = pl.date(year, 1, 1), pl.date(year, 12, 31)
    start = pl.max_horizontal("entry_date", first)
    end = pl.min_horizontal(pl.col("exit_date").fill_null(last), last)
    return people.with_columns(window_start=start, window_end=end).filter(
        pl.col("window_start") <= pl.col("window_end")
    )


def simulate_care(region: Region, streams: Streams, people: pl.DataFrame, year: int) -> pl.DataFrame:
    """All performances of care opened in `year`, before any correction.

    Returns:
        One row per performance: person, trajectory (number of the product within the year, shared with its
        add-ons), product (row of the catalogue), hospital (index), opening_date, closing_date (of the
        trajectory), start_date and end_date (of the performance), activity_date (the day of the operation,
        null where there is none), quantity, unit_cents. Sorted by hospital, person and trajectory.
    """
    used = _products(region, streams.generator(f"products {year}"), insured_windows(people, year), year)
    addons = _addons(streams.generator(f"add-ons {year}"), used)
    price = pl.Series("unit_cents", price_cents(region, year))
    columns = ["person", "trajectory", "product", "hospital", "opening_date", "closing_date"]
    columns += ["start_date", "end_date", "activity_date", "quantity"]
    performances = pl.concat([used.select(columns), addons.select(columns)])
    return performances.with_columns(unit_cents=price.gather(performances["product"])).sort(
        "hospital", "person", "trajectory", "product", "start_date", maintain_order=True
    )


def _products(region: Region, rng: np.random.Generator, insured: pl.DataFrame, year: int) -> pl.DataFrame:
    rate = rates(region)
    cell = cell_of(insured["sex_code"], year - insured["birth_date"].dt.year())
    window_start, window_end = insured["window_start"].to_numpy(), insured["window_end"].to_numpy()
    days = days_between(window_start, window_end) + 1
    exposure = days / days_in(year)
    factor = np.array([region.volume_factor(h.group, year) for h in region.hospitals])
    home = insured["hospital"].to_numpy()
    mean = rate.total[cell] * exposure * factor[home] * insured["personal_level"].to_numpy()
    whose = np.repeat(np.arange(insured.height), rng.poisson(mean))
    product = rate.choose(cell[whose], rng.random(len(whose)))
    opening = days_after(window_start[whose], days_within(rng, days[whose]))
    usual = catalogue()["days"].to_numpy()[product]
    length = np.minimum(_LONGEST_DAYS, (usual * (0.5 + rng.random(len(whose)))).astype(np.int64))
    death = insured["death_date"].fill_null(NEVER.astype(object)).to_numpy()[whose]
    closing = np.minimum(days_after(opening, length), death)
    # Add-ons and operations fall in the year, and within the person's insurance, as the opening does.
    last_day = np.minimum(closing, window_end[whose])
    activity = days_after(opening, days_within(rng, days_between(opening, last_day) + 1))
    used = pl.DataFrame(
        {
            "person": insured["person"].gather(whose),
            "trajectory": np.arange(1, len(whose) + 1),
            "product": pl.Series(product, dtype=pl.UInt32),
            "hospital": pl.Series(_hospitals(region, rng, home[whose]), dtype=pl.Int8),
            "opening_date": opening,
            "closing_date": closing,
            "start_date": opening,
            "end_date": closing,
            "quantity": np.ones(len(whose), dtype=np.int64),
            "activity_date": activity,
            "last_day": last_day,
        }
    )
    operations = catalogue().filter(pl.col("operation").is_not_null())["product"].implode()
    return used.with_columns(pl.when(pl.col("product").is_in(operations)).then("activity_date"))


def _addons(rng: np.random.Generator, used: pl.DataFrame) -> pl.DataFrame:
    """The add-ons of products: drugs in one performance of several units, intensive care by the day."""
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
        quantity=pl.Series(quantity, dtype=pl.Int64), product="addon", activity_date=None
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


def _hospitals(region: Region, rng: np.random.Generator, home: NDArray[np.int8]) -> NDArray[np.int64]:
    """Mostly the own hospital, else any of the others."""
    elsewhere = rng.random(len(home)) >= region.population.own_hospital_share
    step = np.where(elsewhere, rng.integers(1, len(region.hospitals), len(home)), 0)
    return (home.astype(np.int64) + step) % len(region.hospitals)
