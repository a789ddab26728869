"""Who uses which item, and on which day.

The number of uses of a person is Poisson around rate x insured time x the person's own level, so over persons it
is negative binomial, and a heavy user one year is likely one the next.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.demo.care.rates import Rates
from pipeline.demo.care.windows import window_days
from pipeline.demo.days import Dates, days_after, days_within

Numbers = NDArray[np.int64]


def draw_uses(
    rng: np.random.Generator,
    rates: Sequence[Rates],
    *,
    which: Numbers,
    cell: Numbers,
    amount: NDArray[np.float64],
) -> tuple[Numbers, Numbers]:
    """The uses of a year: the place of the person, and the item.

    Args:
        rng: the random numbers.
        rates: sets of rates, of which each person has one.
        which: that one, by person.
        cell: the person's cell in the rates.
        amount: insured time x own level, by person.
    """
    total = np.stack([rate.total for rate in rates])
    whose = np.repeat(np.arange(len(cell)), rng.poisson(total[which, cell] * amount))
    uniform = rng.random(len(whose))
    item = np.zeros(len(whose), dtype=np.int64)
    for index, rate in enumerate(rates):
        here = which[whose] == index
        item[here] = rate.choose(cell[whose[here]], uniform[here])
    return whose, item


def draw_days(rng: np.random.Generator, windows: pl.DataFrame, whose: Numbers) -> Dates:
    """A day of the person's window for each use, each as likely as another."""
    start = windows["window_start"].to_numpy()[whose]
    return days_after(start, days_within(rng, window_days(windows)[whose]))
