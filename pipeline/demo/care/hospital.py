"""Hospital care of a year: products, the add-ons that come with them, at which hospital, and when."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.demo.care.addons import addons_of
from pipeline.demo.care.catalogue import catalogue, mean_cents, price_cents, whole
from pipeline.demo.care.coding import coded
from pipeline.demo.care.draw import draw_days, draw_uses
from pipeline.demo.care.effects import price_factors, product_factors, shifted
from pipeline.demo.care.need import cells, relative_need
from pipeline.demo.care.rates import Rates, budget_of, rates_by_age
from pipeline.demo.care.windows import care_windows, exposure, last_day, wlz_windows
from pipeline.demo.days import days_after, days_between, days_within
from pipeline.demo.moves import insurer_of, label_column
from pipeline.demo.parameters import Region
from pipeline.demo.streams import Streams

KINDS = ("hospital_product", "geriatric_rehabilitation")
_LONGEST_DAYS = 120
"""A DBC stays open 120 days at most (NZa declaration rules)."""


def hospital_rates(region: Region) -> Rates:
    """Uses of each catalogue item by sex, age and set of conditions, without planted effects."""
    items = catalogue()
    mean = mean_cents(region, region.years.all[0])
    by_age = rates_by_age(region, items, mean, budget_of(KINDS))
    relative = relative_need(region, "hospital_product", items["performance_code"].to_list())
    return by_age.by_conditions(relative)


def simulate_hospital_care(region: Region, streams: Streams, people: pl.DataFrame, year: int) -> pl.DataFrame:
    """All performances of hospital care opened in `year`, before any correction.

    Returns:
        One row per performance: person, trajectory (number of the product within the year, shared with its
        add-ons), product (row of the catalogue), hospital (index), care_type_code, diagnosis_code (null but
        where coded differently than the catalogue says), opening_date, closing_date (of the trajectory),
        start_date and end_date (of the performance), activity_date (the day of the operation, null where there
        is none), quantity, unit_cents. Sorted by hospital, person and trajectory.
    """
    windows = _windows(region, people, year)
    used = _products(region, streams.generator(f"products {year}"), windows, year)
    used = coded(region, streams.generator(f"coding {year}"), used, people, year)
    addons = addons_of(streams.generator(f"add-ons {year}"), used)
    performances = pl.concat([used, addons.select(used.columns)]).drop("last_day")
    price = whole(price_cents(region, year) * price_factors(region, year))
    unit = price[performances["hospital"].to_numpy(), performances["product"].to_numpy()]
    return performances.with_columns(
        unit_cents=pl.Series(unit), care_type_code=catalogue()["kind"].gather(performances["product"])
    ).sort("hospital", "person", "trajectory", "product", "start_date", maintain_order=True)


def _windows(region: Region, people: pl.DataFrame, year: int) -> pl.DataFrame:
    """Windows of care before entry into the Wlz and after it, with the part of usual care that is used."""
    before = care_windows(people, year).with_columns(part=pl.lit(1.0))
    after = wlz_windows(people, year).with_columns(part=pl.lit(region.care.after_wlz_hospital_share))
    return pl.concat([before, after])


def _products(region: Region, rng: np.random.Generator, windows: pl.DataFrame, year: int) -> pl.DataFrame:
    home = windows["hospital"].to_numpy().astype(np.int64)
    rates, which = _planted_rates(region, windows, home, year)
    amount = exposure(windows, year) * windows["personal_level"].to_numpy() * windows["part"].to_numpy()
    whose, product = draw_uses(rng, rates, which=which, cell=cells(region, windows, year), amount=amount)
    opening = draw_days(rng, windows, whose)
    usual = catalogue()["days"].to_numpy()[product]
    length = np.minimum(_LONGEST_DAYS, (usual * (0.5 + rng.random(len(whose)))).astype(np.int64))
    closing = np.minimum(days_after(opening, length), last_day(windows)[whose])
    # Add-ons and operations fall in the year, and within the person's insurance, as the opening does.
    last = np.minimum(closing, windows["window_end"].to_numpy()[whose])
    activity = days_after(opening, days_within(rng, days_between(opening, last) + 1))
    hospital = shifted(region, rng, _hospitals(region, rng, home[whose]), product, year)
    used = pl.DataFrame(
        {
            "person": windows["person"].gather(whose),
            "trajectory": np.arange(1, len(whose) + 1),
            "product": pl.Series(product, dtype=pl.UInt32),
            "hospital": pl.Series(hospital, dtype=pl.Int8),
            "opening_date": opening,
            "closing_date": closing,
            "start_date": opening,
            "end_date": closing,
            "quantity": np.ones(len(whose), dtype=np.int64),
            "activity_date": activity,
            "last_day": last,
        }
    )
    operations = catalogue().filter(pl.col("operation").is_not_null())["product"].implode()
    return used.with_columns(pl.when(pl.col("product").is_in(operations)).then("activity_date"))


def _planted_rates(
    region: Region, windows: pl.DataFrame, home: NDArray[np.int64], year: int
) -> tuple[list[Rates], NDArray[np.int64]]:
    """The sets of rates that planted effects make, and which of them each person has."""
    factors = product_factors(region, year)
    sets, place = np.unique(factors.reshape(-1, factors.shape[2]), axis=0, return_inverse=True)
    insurer = windows.select(insurer_of(region, pl.col(label_column(year)))).to_series().to_numpy()
    plain = hospital_rates(region)
    which = place.reshape(-1)[home * len(region.insurers) + insurer]
    return [plain.times(one) for one in sets], which.astype(np.int64)


def _hospitals(region: Region, rng: np.random.Generator, home: NDArray[np.int64]) -> NDArray[np.int64]:
    """Mostly the own hospital, else any of the others."""
    elsewhere = rng.random(len(home)) >= region.population.own_hospital_share
    step = np.where(elsewhere, rng.integers(1, len(region.hospitals), len(home)), 0)
    return (home + step) % len(region.hospitals)
