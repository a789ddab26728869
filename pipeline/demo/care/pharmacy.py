"""What pharmacies dispense: drugs for chronic conditions every 90 days, and others as they come."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.demo.care.catalogue import growth, whole
from pipeline.demo.care.cost_table import cost_by_row, row_of
from pipeline.demo.care.draw import draw_days, draw_uses
from pipeline.demo.care.rates import Rates, rates_by_age
from pipeline.demo.care.windows import care_windows, exposure
from pipeline.demo.conditions import onset_column, prevalence_by_row
from pipeline.demo.parameters import HERE, Region
from pipeline.demo.practices import PHARMACY, own_provider
from pipeline.demo.streams import Streams

_DAYS_IN_YEAR = 365.25
DISPENSING = [
    "person",
    "provider_code",
    "care_type_code",
    "drug",
    "ddd_thousandths",
    "opening_date",
    "closing_date",
    "quantity",
    "unit_cents",
]


@cache
def drugs() -> pl.DataFrame:
    """The drugs, one row each; `drug` is the row number, `condition` null for those that are for none."""
    path = HERE / "drugs.csv"
    table = pl.read_csv(path, comment_prefix="#", schema_overrides={"performance_code": pl.String})
    return table.with_row_index("drug").with_columns(kind=pl.lit(PHARMACY))


def simulate_pharmacy(region: Region, streams: Streams, people: pl.DataFrame, year: int) -> pl.DataFrame:
    """All dispensings of `year`, before any correction: the columns of `DISPENSING`; quantity is always 1."""
    windows = care_windows(people, year)
    dispensed = pl.concat([_chronic(region, streams, windows, year), _other(region, streams, windows, year)])
    items = drugs()
    ddds = dispensed["ddd_thousandths"].to_numpy() / 1000
    cents = ddds * items["cents_per_ddd"].to_numpy()[dispensed["drug"].to_numpy()]
    price = whole((cents + region.care.dispensing_fee_cents) * growth(region, year))
    return dispensed.with_columns(
        provider_code=own_provider(region, PHARMACY, pl.col("hospital"), pl.col("person")),
        care_type_code=pl.lit(PHARMACY),
        closing_date="opening_date",
        quantity=pl.lit(1, dtype=pl.Int64),
        unit_cents=pl.Series(price),
    ).select(DISPENSING)


def chronic_cents(region: Region) -> NDArray[np.float64]:
    """What chronic drugs cost per insured year by sex and age, first declared, in the first year's prices."""
    care, names = region.care, list(region.conditions)
    chronic = drugs().filter(pl.col("condition").is_not_null())
    ddds = chronic["ddds_per_day"] * care.dispensed_days
    each = (ddds * chronic["cents_per_ddd"] + care.dispensing_fee_cents) * chronic["share"]
    yearly = each.to_numpy() * _DAYS_IN_YEAR / care.dispensed_days
    place = [names.index(condition) for condition in chronic["condition"]]
    return np.asarray(yearly @ prevalence_by_row(region)[place], dtype=np.float64)


def other_rates(region: Region) -> Rates:
    """Dispensings of drugs that are for no chronic condition, by sex and age: what the cost table leaves for them."""
    items = drugs().with_columns(pl.col("frequency") * pl.col("condition").is_null())
    ddds = items["ddds_per_day"] * items["days"]
    mean = (ddds * items["cents_per_ddd"] + region.care.dispensing_fee_cents).to_numpy()
    left = cost_by_row(PHARMACY) / region.care.kept_share - chronic_cents(region)
    return rates_by_age(region, items, mean, {PHARMACY: np.maximum(left, 0)})


def _chronic(region: Region, streams: Streams, windows: pl.DataFrame, year: int) -> pl.DataFrame:
    """A dispensing every 90 days, from a day of the person's own, of the one drug for each condition."""
    frames = [
        _of_condition(region, streams, windows.filter(pl.col(onset_column(name)) <= year), year, name)
        for name in region.conditions
    ]
    return pl.concat(frames)


def _of_condition(
    region: Region, streams: Streams, patients: pl.DataFrame, year: int, condition: str
) -> pl.DataFrame:
    care, own = region.care, drugs().filter(condition=condition)
    person = patients["person"].to_numpy()
    # A person's numbers stay the same over the years: those at the person's place in the stream.
    draws = streams.generator(f"drugs {condition}").random((person.max(initial=0) + 1, 3))
    choice, dose, phase = draws[person].T
    drug = np.searchsorted(np.cumsum(own["share"].to_numpy()), choice, side="right")
    patients = patients.with_columns(place=pl.Series(drug), dose=pl.Series(dose), phase=pl.Series(phase))
    patients = patients.filter(pl.col("place") < own.height)
    interval = care.dispensed_days
    since = pl.lit(np.datetime64("2000-01-01")).cast(pl.Date)
    passed = (pl.col("window_start") - since).dt.total_days() - (pl.col("phase") * interval).cast(pl.Int64)
    first = pl.col("window_start") + pl.duration(days=(interval - passed % interval) % interval)
    dispensed = patients.with_columns(day=pl.date_ranges(first, "window_end", f"{interval}d")).explode("day")
    spread = 1 + care.dose_spread * (2 * pl.col("dose") - 1)
    usual = pl.col("place").replace_strict(
        range(own.height), (own["ddds_per_day"] * interval * 1000).to_list(), return_dtype=pl.Float64
    )
    return dispensed.filter(pl.col("day").is_not_null()).select(
        "person",
        "hospital",
        drug=pl.col("place").replace_strict(range(own.height), own["drug"], return_dtype=pl.UInt32),
        ddd_thousandths=(usual * spread).round().cast(pl.Int64),
        opening_date="day",
    )


def _other(region: Region, streams: Streams, windows: pl.DataFrame, year: int) -> pl.DataFrame:
    rng, items = streams.generator(f"other drugs {year}"), drugs()
    row = row_of(windows["sex_code"], year - windows["birth_date"].dt.year())
    amount = exposure(windows, year) * windows["personal_level"].to_numpy()
    whose, drug = draw_uses(
        rng, [other_rates(region)], which=np.zeros(windows.height, dtype=np.int64), cell=row, amount=amount
    )
    ddds = (items["ddds_per_day"] * items["days"] * 1000).to_numpy()[drug]
    return windows.select("person", "hospital")[whose].with_columns(
        drug=pl.Series(drug, dtype=pl.UInt32),
        ddd_thousandths=pl.Series(ddds.astype(np.int64)),
        opening_date=pl.Series(draw_days(rng, windows, whose)),
    )
