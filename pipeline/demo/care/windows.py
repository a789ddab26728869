"""When people are insured in a year, and when they use care under the Zvw."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.demo.days import NEVER, Dates, days_between, days_in


def insured_windows(people: pl.DataFrame, year: int) -> pl.DataFrame:
    """Who is insured in `year`: all columns of `people`, and window_start and window_end, both included."""
    first, last = pl.date(year, 1, 1), pl.date(year, 12, 31)
    start = pl.max_horizontal("entry_date", first)
    end = pl.min_horizontal(pl.col("exit_date").fill_null(last), last)
    return _not_empty(people.with_columns(window_start=start, window_end=end))


def care_windows(people: pl.DataFrame, year: int) -> pl.DataFrame:
    """As `insured_windows`, up to the day before entry into the Wlz: from then on that law pays."""
    before = pl.col("wlz_date").dt.offset_by("-1d").fill_null(pl.col("window_end"))
    insured = insured_windows(people, year)
    return _not_empty(insured.with_columns(window_end=pl.min_horizontal("window_end", before)))


def wlz_windows(people: pl.DataFrame, year: int) -> pl.DataFrame:
    """As `insured_windows`, from the day of entry into the Wlz on; only who has entered."""
    insured = insured_windows(people, year).filter(pl.col("wlz_date").is_not_null())
    return _not_empty(insured.with_columns(window_start=pl.max_horizontal("window_start", "wlz_date")))


def window_days(windows: pl.DataFrame) -> NDArray[np.int64]:
    """The length of each window in days."""
    return days_between(windows["window_start"].to_numpy(), windows["window_end"].to_numpy()) + 1


def exposure(windows: pl.DataFrame, year: int) -> NDArray[np.float64]:
    """The length of each window in years."""
    return np.asarray(window_days(windows) / days_in(year), dtype=np.float64)


def last_day(people: pl.DataFrame) -> Dates:
    """The day of death; for who lives on, a day that does not come."""
    return people["death_date"].fill_null(NEVER.astype(object)).to_numpy()


def _not_empty(windows: pl.DataFrame) -> pl.DataFrame:
    return windows.filter(pl.col("window_start") <= pl.col("window_end"))
