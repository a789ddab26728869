"""The chain ladder: how much more is to come, by what came of earlier months.

A cumulative triangle has a row for each service period, oldest first, and a column for each development
period: C[i, j] is what had come of period i after j periods, NaN where that lies in the future. The factor of
column j is what the periods seen at both ages grew by, weighted by volume:

    f[j] = sum of C[i, j + 1] / sum of C[i, j],  over all i for which C[i, j + 1] is known

and what a period will come to is its latest figure times all factors from its age on. Nothing is assumed to
come after the last column.

Source: Mack (1993), Distribution-free calculation of the standard error of chain ladder reserve estimates,
ASTIN Bulletin 23(2), 213-225.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Triangle = NDArray[np.float64]


def development_factors(cumulative: Triangle) -> list[float]:
    """The factor from each column to the next, one fewer than there are columns.

    A column in which nothing came, before or after, has factor 1. NaN where there is no factor: where nothing
    had come yet, or less than nothing, that later cost could be in proportion to. Negative increments (more
    credits than claims) are no obstacle; they give a factor below 1.
    """
    return [_factor(cumulative[:, age], cumulative[:, age + 1]) for age in range(cumulative.shape[1] - 1)]


def _factor(before: Triangle, after: Triangle) -> float:
    known = ~np.isnan(after)
    start, end = math.fsum(before[known]), math.fsum(after[known])
    if start > 0 and end > 0:
        return end / start
    return 1.0 if start == end == 0 else math.nan


def factors_to_ultimate(factors: list[float]) -> list[float]:
    """By column, what a figure of that age is multiplied with in the end; 1 for the last. NaN as above."""
    products = [1.0]
    for factor in reversed(factors):
        products.append(products[-1] * factor)
    return products[::-1]
