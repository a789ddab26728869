"""How often which item of a price list is used, so that what it costs is what the Vektis table says.

A sex and age's mix of items comes from the list's frequencies; its rate is the table's cost divided by what an
item of that mix costs on average, net of claims that are taken back. Persons with chronic conditions use more
(`need`), the others less. So the expected cost equals the table in every cell of it, whatever the list.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.demo.care.cost_table import COLUMNS, ROWS, cost_by_row
from pipeline.demo.conditions import AGES
from pipeline.demo.parameter_types import step
from pipeline.demo.parameters import Region

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Rates:
    """Uses per insured year: one row per cell, one column per item."""

    uses: Floats

    @property
    def total(self) -> Floats:
        """Uses per insured year of all items together, per cell."""
        return np.asarray(self.uses.sum(axis=1), dtype=np.float64)

    def choose(self, cell: NDArray[np.int64], uniform: Floats) -> NDArray[np.int64]:
        """The item for each use: its cell's mix, taken at `uniform` in [0, 1)."""
        cumulative = np.cumsum(self.uses, axis=1)
        last = cumulative[:, -1:]
        cumulative = np.divide(cumulative, last, out=np.ones_like(cumulative), where=last > 0)
        # The cells' distributions lie end to end on one line, cell c from c to c + 1.
        line = (cumulative + np.arange(len(cumulative))[:, None]).ravel()
        found = np.searchsorted(line, cell + uniform, side="right")
        last_item = self.uses.shape[1] - 1
        return np.asarray(np.minimum(found - cell * self.uses.shape[1], last_item), dtype=np.int64)

    def by_conditions(self, relative: Floats) -> Rates:
        """From rates by sex and age, those by sex, age and set of conditions, at `relative` need."""
        return Rates(np.repeat(self.uses, len(relative) // len(self.uses), axis=0) * relative)

    def times(self, factors: Floats) -> Rates:
        """With each item's rate times its factor."""
        return Rates(self.uses * factors)


def rates_by_age(region: Region, items: pl.DataFrame, mean_cents: Floats, budget: dict[str, Floats]) -> Rates:
    """The rates by sex and age at which each kind of care costs its budget.

    Args:
        region: the parameters.
        items: the price list: kind, frequency and profile of each item.
        mean_cents: what one use of each item costs on average.
        budget: kind of care -> mean cents per insured year by sex and age.
    """
    frequency = items["frequency"].to_numpy() * possible(region, items["profile"])
    uses = np.zeros((ROWS, items.height))
    for kind, cents in budget.items():
        mix = np.where((items["kind"] == kind).to_numpy(), frequency, 0.0)
        mix = mix / mix.sum(axis=1, keepdims=True)
        uses += mix * (cents / (mix @ mean_cents))[:, None]
    return Rates(uses)


def budget_of(kinds: tuple[str, ...]) -> dict[str, Floats]:
    """What the cost table says of these kinds of care."""
    return {kind: cost_by_row(kind) for kind in kinds if kind in COLUMNS}


def possible(region: Region, profiles: pl.Series) -> Floats:
    """By sex and age, the relative frequency of each age profile; zero where there is none."""
    known = region.care.age_profiles
    columns = [
        [
            step(known[profile].get(sex, {}), age) if profile else 0.0
            for sex in ("F", "M")
            for age in range(AGES)
        ]
        for profile in profiles
    ]
    return np.array(columns).T
