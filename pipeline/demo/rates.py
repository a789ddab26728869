"""How often which product is used, so that what it costs is what the Vektis table says.

The table gives the mean cost per insured year by sex, age class and kind of care. A cell's mix of products
comes from the catalogue's frequencies; its rate is the table's cost divided by what a product of that mix
costs on average, with its add-ons and net of claims that are taken back. So the expected cost equals the
table, whatever the catalogue. The table's euros of 2015 are taken as those of the first year (assumption).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.demo.catalogue import catalogue, mean_cents
from pipeline.demo.parameters import HERE, ByAge, Region

Floats = NDArray[np.float64]

KINDS = {
    "hospital_product": "specialist_care",
    "geriatric_rehabilitation": "geriatric_rehabilitation",
}
"""Kind of product in the catalogue -> kind of care in the cost table; add-ons go with their product."""


@cache
def cost_table() -> pl.DataFrame:
    """Mean euros per insured year by sex and age class.

    Columns: sex_code, age_from, age_to (included; 999 in the open class), insured_years, and one per kind.
    """
    table = pl.read_csv(HERE / "cost_by_age_sex.csv", comment_prefix="#")
    age_to = pl.col("age_from").shift(-1, fill_value=1000).over("sex_code") - 1
    return table.with_columns(age_to=age_to).rename({f"{kind}_eur": kind for kind in KINDS.values()})


@dataclass(frozen=True)
class Rates:
    """Uses per insured year: one row per cell of the cost table, one column per catalogue item."""

    uses: Floats

    @property
    def total(self) -> Floats:
        """Uses per insured year of all products together, per cell."""
        return np.asarray(self.uses.sum(axis=1), dtype=np.float64)

    def choose(self, cell: NDArray[np.int64], uniform: Floats) -> NDArray[np.int64]:
        """The product for each use: its cell's mix, taken at `uniform` in [0, 1)."""
        cumulative = np.cumsum(self.uses, axis=1)
        cumulative /= cumulative[:, -1:]
        # The cells' distributions lie end to end on one line, cell c from c to c + 1.
        line = (cumulative + np.arange(len(cumulative))[:, None]).ravel()
        found = np.searchsorted(line, cell + uniform, side="right")
        last = self.uses.shape[1] - 1
        return np.asarray(np.minimum(found - cell * self.uses.shape[1], last), dtype=np.int64)


def rates(region: Region) -> Rates:
    """The rates at which the expected cost of the first year equals the table, without planted effects."""
    table, items = cost_table(), catalogue()
    mean = mean_cents(region, region.years.all[0])
    frequency = items["frequency"].to_numpy() * _possible(region, table, items)
    uses = np.zeros(frequency.shape)
    for kind, column in KINDS.items():
        mix = np.where((items["kind"] == kind).to_numpy(), frequency, 0.0)
        mix = mix / mix.sum(axis=1, keepdims=True)
        uses += mix * (100 * table[column].to_numpy() / (mix @ mean))[:, None]
    return Rates(uses)


def expected_cost(region: Region, *, year: int, group: str | None = None) -> pl.DataFrame:
    """Expected euros per insured year in `year`, from the generator's own rates and prices.

    Args:
        region: the parameters.
        year: one of the region's years.
        group: hospitals in whose area the insured live; None leaves planted effects out.

    Returns:
        sex_code, age_from, kind, euros: one row per cell and kind of care.
    """
    table, items = cost_table(), catalogue()
    uses = rates(region).uses * (region.volume_factor(group, year) if group else 1.0)
    cents = uses * mean_cents(region, year)
    frames = [
        table.select("sex_code", "age_from").with_columns(
            kind=pl.lit(column),
            euros=pl.Series(cents[:, (items["kind"] == kind).to_numpy()].sum(axis=1) / 100),
        )
        for kind, column in KINDS.items()
    ]
    return pl.concat(frames)


def cell_of(sex: pl.Series, age: pl.Series) -> NDArray[np.int64]:
    """The row of the cost table for each sex code and age (calendar year less year of birth)."""
    table = cost_table().with_row_index("cell").sort("age_from")
    asked = pl.DataFrame({"sex_code": sex, "age_from": age.cast(pl.Int64)}).with_row_index("order")
    found = asked.sort("age_from").join_asof(
        table.select("cell", "sex_code", "age_from"), on="age_from", by="sex_code", check_sortedness=False
    )
    return found.sort("order")["cell"].to_numpy().astype(np.int64)


def _possible(region: Region, table: pl.DataFrame, items: pl.DataFrame) -> Floats:
    """Relative frequency of each item in each cell, from its age profile; add-ons come with products only."""
    columns = [
        [
            _at_age(region.care.age_profiles[profile].get(sex, {}), age) if profile else 0.0
            for sex, age in table.select("sex_code", "age_from").iter_rows()
        ]
        for profile in items["profile"]
    ]
    return np.array(columns).T


def _at_age(steps: ByAge, age: int) -> float:
    reached = [start for start in steps if start <= age]
    return steps[max(reached)] if reached else 0.0
