"""What makes one person use more care than another of the same sex and age: chronic conditions.

People are put into cells of sex, age and set of conditions. Who has a condition uses more of some items; what
all others use is lower for it, so that the mean over a sex and age is that of the cost table.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.demo.care.cost_table import ROWS, row_of
from pipeline.demo.conditions import onset_column, prevalence_by_row
from pipeline.demo.parameters import Region

Floats = NDArray[np.float64]


def set_count(region: Region) -> int:
    """How many sets of conditions there are; set s has condition k when bit k of s is one."""
    return int(2 ** len(region.conditions))


def cells(region: Region, people: pl.DataFrame, year: int) -> NDArray[np.int64]:
    """The cell of each person in `year`: sex and age (reached in the year), times the sets, plus the set."""
    row = row_of(people["sex_code"], year - people["birth_date"].dt.year())
    conditions = np.zeros(people.height, dtype=np.int64)
    for bit, name in enumerate(region.conditions):
        conditions += (people[onset_column(name)] <= year).to_numpy().astype(np.int64) << bit
    return row * set_count(region) + conditions


def relative_need(region: Region, care_type: str, codes: Sequence[str]) -> Floats:
    """How often each cell uses each item, relative to all of its sex and age: mean 1 over the sets.

    Args:
        region: the parameters.
        care_type: the kind of care, for the factors that hold for all of it.
        codes: performance codes of the items, for the factors of single ones.

    Returns:
        One row per cell, one column per item.
    """
    has = _has(region)
    factors = np.ones((len(has), len(codes)))
    for bit, condition in enumerate(region.conditions.values()):
        every = condition.care.get(care_type, 1.0)
        item = np.array([condition.products.get(code, 1.0) for code in codes]) * every
        factors *= np.where(has[:, bit, None], item, 1.0)
    mean = set_shares(region) @ factors
    return np.asarray((factors[None, :, :] / mean[:, None, :]).reshape(ROWS * len(has), len(codes)))


def set_shares(region: Region) -> Floats:
    """The share of each sex and age that has each set of conditions, where nothing is planted.

    Conditions are independent of one another within a sex and age (assumption).
    """
    prevalence = prevalence_by_row(region)[:, :, None]
    has = _has(region).T[:, None, :]
    return np.asarray(np.where(has, prevalence, 1 - prevalence).prod(axis=0), dtype=np.float64)


def _has(region: Region) -> NDArray[np.bool_]:
    """Whether each set has each condition."""
    sets = np.arange(set_count(region))[:, None]
    return (sets >> np.arange(len(region.conditions)) & 1).astype(bool)
