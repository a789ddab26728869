"""A table of person years as arrays, from which figures of a population are added up, however often each person counts.

Persons are put in the order of their own histories, so that no result depends on how they are named.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.errors import FiguresError
from pipeline.simulation.table import COMPARISON, CONTRACTED, typed

HISTORY = ["sex_code", "age_years", "insured_months", "cost_cents"]

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Sums:
    """Of one side, by year (first axis) and cell (second): insured months and counted cents; and persons by year."""

    months: Counts
    cents: Counts
    persons: Counts


@dataclass(frozen=True)
class Side:
    """The persons of one side: a row for each person and year in which it was insured."""

    number: int
    person: Counts
    place: Counts
    months: Counts
    cents: Counts
    years: int
    cells: int

    def adder(self, ceiling_cents: int) -> Callable[[Counts | None], Sums]:
        """What adds up months and cost, each person so many times (each once when it is None).

        Cost above the ceiling per person and year is left out. Whole numbers below 2^53 are added exactly, so that no
        sum depends on its order.
        """
        shape, size = (self.years, self.cells), self.years * self.cells
        months = self.months.astype(np.float64)
        counted = np.minimum(self.cents, ceiling_cents).astype(np.float64)
        once = np.ones(len(self.person))

        def added(values: NDArray[np.float64]) -> Counts:
            return np.bincount(self.place, values, size).round().astype(np.int64).reshape(shape)

        def sums(times: Counts | None) -> Sums:
            weight = once if times is None else times[self.person].astype(np.float64)
            return Sums(added(weight * months), added(weight * counted), added(weight).sum(axis=1))

        return sums


@dataclass(frozen=True)
class People:
    """Both sides of a table of person years; `years` are its calendar years in order."""

    years: tuple[int, ...]
    contracted: Side
    comparison: Side | None


def people_from(table: pl.DataFrame, age_bounds: Sequence[int], *, where: str) -> People:
    """The arrays of a table; `age_bounds` are the lower ends of the contract's age classes.

    Raises:
        FiguresError: when columns are missing, a value is no number, or nobody of the contracted side is in it.
    """
    frame = typed(table, where)
    frame = frame.with_columns(cell=_cell(age_bounds))
    years = tuple(sorted(frame["year"].unique().to_list()))
    cells = sorted(frame["cell"].unique().to_list())
    sides = {code: frame.filter(pl.col("group_code") == code) for code in (CONTRACTED, COMPARISON)}
    if sides[CONTRACTED].is_empty():
        raise FiguresError(
            "The table of persons has nobody of the contracted population",
            where=where,
            remedy=f"Write '{CONTRACTED}' or '{COMPARISON}' as group_code, or leave that column out.",
        )
    comparison = sides[COMPARISON]
    return People(
        years,
        _side(sides[CONTRACTED], years, cells),
        None if comparison.is_empty() else _side(comparison, years, cells),
    )


def _cell(age_bounds: Sequence[int]) -> pl.Expr:
    """Sex and age class; of the class its place among the bounds."""
    age_class = pl.sum_horizontal(pl.col("age_years") >= bound for bound in age_bounds)
    return pl.format("{}/{}", "sex_code", age_class)


def _side(frame: pl.DataFrame, years: Sequence[int], cells: Sequence[str]) -> Side:
    """One side's rows, its persons in the order of their histories."""
    ranked = _ranked(frame)
    rows = frame.join(ranked, on="person").sort("order", "year")
    year = rows["year"].replace_strict(list(years), list(range(len(years))), return_dtype=pl.Int64)
    cell = rows["cell"].replace_strict(list(cells), list(range(len(cells))), return_dtype=pl.Int64)
    return Side(
        number=ranked.height,
        person=rows["order"].to_numpy(),
        place=(year * len(cells) + cell).to_numpy(),
        months=rows["insured_months"].to_numpy(),
        cents=rows["cost_cents"].to_numpy(),
        years=len(years),
        cells=len(cells),
    )


def _ranked(frame: pl.DataFrame) -> pl.DataFrame:
    """`person`, `order`: persons in the order of what is known of them, year by year."""
    told = frame.select(
        "person",
        "year",
        pl.concat_str([pl.col(name).cast(pl.String).str.zfill(12) for name in HISTORY]).alias("told"),
    )
    whole = (
        told.sort("person", "year")
        .group_by("person", maintain_order=True)
        .agg(pl.format("{}:{}", "year", "told").str.join("|").alias("history"))
    )
    return whole.sort("history").select("person", order=pl.int_range(pl.len()).cast(pl.Int64))
