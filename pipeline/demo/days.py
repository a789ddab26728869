"""Days: drawing them, counting them, and moving on by them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Dates = NDArray[np.datetime64]
Counts = NDArray[np.int64]

NEVER = np.datetime64("9999-12-31")
"""Stands for a day that does not come."""


def days_in(year: int) -> int:
    """365 or 366."""
    return int((np.datetime64(str(year + 1), "D") - np.datetime64(str(year), "D")).astype(int))


def days_of(rng: np.random.Generator, year: int, count: int) -> Dates:
    """`count` days of a calendar year, each as likely as another."""
    first = np.full(count, np.datetime64(str(year), "D"))
    return days_after(first, rng.integers(0, days_in(year), count))


def days_within(rng: np.random.Generator, lengths: Counts) -> Counts:
    """For each length a whole number from 0 up to, not including, the length."""
    return np.asarray(rng.random(len(lengths)) * lengths, dtype=np.int64)


def days_after(dates: Dates, days: Counts) -> Dates:
    """The dates so many days later; earlier where the number is negative."""
    moved: Dates = dates + days.astype("timedelta64[D]")
    return moved


def days_between(first: Dates, last: Dates) -> Counts:
    """The number of days from `first` to `last`."""
    return np.asarray((last - first).astype("timedelta64[D]"), dtype=np.int64)
