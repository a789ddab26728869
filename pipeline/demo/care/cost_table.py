"""What the Vektis table says: mean cost per insured year by sex, age class and kind of care.

Its euros of 2015 are taken as those of the region's first year (assumption).
"""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.demo.conditions import AGES
from pipeline.demo.parameters import HERE

COLUMNS = {
    "hospital_product": "specialist_care",
    "geriatric_rehabilitation": "geriatric_rehabilitation",
    "pharmacy": "pharmacy",
    "gp_registration": "gp_registration",
    "gp_consultation": "gp_consultation",
    "gp_chain_care": "gp_chain_care",
    "physiotherapy": "physiotherapy",
    "dental": "dental",
    "home_care": "home_care",
}
"""Kind of care -> its column in the table. Add-ons go with their product; `care_hotel` is not in it."""
ROWS = 2 * AGES
"""Rows of every array by sex (F, then M) and age."""


@cache
def cost_table() -> pl.DataFrame:
    """Mean euros per insured year by sex and age class.

    Columns: sex_code, age_from, age_to (included; 999 in the open class), insured_years, and one per kind.
    """
    table = pl.read_csv(HERE / "cost_by_age_sex.csv", comment_prefix="#")
    age_to = pl.col("age_from").shift(-1, fill_value=1000).over("sex_code") - 1
    return table.with_columns(age_to=age_to).rename({f"{kind}_eur": kind for kind in COLUMNS.values()})


@cache
def cell_of_row() -> NDArray[np.int64]:
    """The row of the cost table for each sex and age."""
    table = cost_table()
    cells = []
    for sex in ("F", "M"):
        own = np.flatnonzero((table["sex_code"] == sex).to_numpy())
        starts = table["age_from"].to_numpy()[own]
        cells.append(own[np.searchsorted(starts, np.arange(AGES), side="right") - 1])
    return np.concatenate(cells)


def cost_by_row(kind: str) -> NDArray[np.float64]:
    """Mean cents of a kind of care per insured year, by sex and age."""
    return np.asarray(cost_table()[COLUMNS[kind]].to_numpy()[cell_of_row()] * 100, dtype=np.float64)


def row_of(sex: pl.Series, age: pl.Series) -> NDArray[np.int64]:
    """The place of each sex code and age in arrays by sex and age."""
    within = np.clip(age.to_numpy().astype(np.int64), 0, AGES - 1)
    return np.asarray(np.where((sex == "F").to_numpy(), within, AGES + within), dtype=np.int64)
