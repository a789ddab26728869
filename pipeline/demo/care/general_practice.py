"""General practices' fixed care: the registration of each person and chain care, both by quarter.

What is paid by registration does not depend on use: every insured on the first day of a quarter has a line. Its
tariff is that of the cost table; of chain care the tariff is given, and how many take part follows from it.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.demo.care.catalogue import growth, whole
from pipeline.demo.care.cost_table import cost_by_row, row_of
from pipeline.demo.care.services import PERFORMANCE, services
from pipeline.demo.care.windows import care_windows
from pipeline.demo.conditions import onset_column, prevalence_by_row
from pipeline.demo.parameters import Region
from pipeline.demo.streams import Streams

REGISTRATION, CHAIN_CARE = "gp_registration", "gp_chain_care"
_QUARTERS = 4


def simulate_registrations(region: Region, people: pl.DataFrame, year: int) -> pl.DataFrame:
    """A line per quarter for everybody insured on its first day: the columns of `PERFORMANCE`."""
    present = _by_quarter(care_windows(people, year), year)
    yearly = cost_by_row(REGISTRATION) / _QUARTERS / region.care.kept_share
    tariff = whole(yearly * growth(region, year))
    age = year - present["birth_date"].dt.year()
    return _lines(present, REGISTRATION, tariff[row_of(present["sex_code"], age)])


def simulate_chain_care(region: Region, streams: Streams, people: pl.DataFrame, year: int) -> pl.DataFrame:
    """A line per quarter and condition for who takes part in chain care: the columns of `PERFORMANCE`."""
    row = row_of(people["sex_code"], year - people["birth_date"].dt.year())
    willing = streams.generator("chain care").random(people.height) < _participation(region)[row]
    frames = []
    for name, cents in region.care.chain_care_cents.items():
        has = pl.Series(willing) & (people[onset_column(name)] <= year)
        present = _by_quarter(care_windows(people.filter(has), year), year)
        tariff = whole(np.full(present.height, cents * growth(region, year)))
        frames.append(_lines(present, CHAIN_CARE, tariff))
    return pl.concat(frames)


def _participation(region: Region) -> NDArray[np.float64]:
    """The share of those with a condition who take part, by sex and age: what the cost table pays for."""
    names, tariffs = list(region.conditions), region.care.chain_care_cents
    prevalence = prevalence_by_row(region)
    everybody = sum(_QUARTERS * cents * prevalence[names.index(name)] for name, cents in tariffs.items())
    wanted = cost_by_row(CHAIN_CARE) / region.care.kept_share
    return np.asarray(np.minimum(1, wanted / np.maximum(everybody, 1)), dtype=np.float64)


def _by_quarter(windows: pl.DataFrame, year: int) -> pl.DataFrame:
    """Who is insured on the first day of each quarter, with that day."""
    starts = [dt.date(year, month, 1) for month in range(1, 13, 12 // _QUARTERS)]
    return pl.concat(
        windows.filter(pl.lit(day).is_between("window_start", "window_end")).with_columns(day=pl.lit(day))
        for day in starts
    )


def _lines(present: pl.DataFrame, kind: str, cents: NDArray[np.int64]) -> pl.DataFrame:
    service = services().filter(kind=kind)["service"][0]
    return present.select(
        "person",
        provider_code="referrer_code",
        care_type_code=pl.lit(kind),
        service=pl.lit(service, dtype=pl.UInt32),
        opening_date="day",
        closing_date="day",
        quantity=pl.lit(1, dtype=pl.Int64),
        unit_cents=pl.Series(cents),
    ).select(PERFORMANCE)
