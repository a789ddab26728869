"""Indirect standardisation: expected cost at the comparison group's rates, cell by cell.

Rule: the rate of a cell is the retained cost per insured month of the standard: the comparison group in the
settlement year or, where own history is the standard, the contracted population in the last baseline year.
Expected cost of any population and year is its insured months times those rates, so that levels of
different years and sides can be compared. In the standard itself expected equals observed, in
total and per cell. A cell without the standard's months takes their mean over all cells, and is counted.

Source: Breslow and Day (1987), Statistical Methods in Cancer Research II, chapter 2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl

from pipeline.claims.terms_tables import COMPARISON
from pipeline.errors import FiguresError

CELL = ["sex_code", "age_class_code"]


@dataclass(frozen=True)
class Expected:
    """A side's year: months, observed and expected cents; `months_without_cell` took the overall mean."""

    insured_months: int
    in_domain_cents: int
    truncated_cents: int
    retained_cents: int
    expected_cents: float
    months_without_cell: int


def cell_rates(cells: pl.DataFrame, year: int, standard: str = COMPARISON) -> pl.DataFrame:
    """Cents per insured month by cell: those of the `standard` group in `year`; null where it has nobody.

    Raises:
        FiguresError: when that group has no insured month in `year`.
    """
    theirs = cells.filter(
        pl.col("year") == year, pl.col("group_code") == standard, pl.col("insured_months") > 0
    )
    if theirs.is_empty():
        raise FiguresError(
            f"The {standard} group has no insured months in {year}",
            remedy=f"Check the {standard} area in the contract, and whether the register of that year came.",
        )
    rates = theirs.select(*CELL, rate=pl.col("retained_cents") / pl.col("insured_months"))
    every_cell = cells.select(CELL).unique()
    return every_cell.join(rates, on=CELL, how="left").sort(CELL)


def expected_cost(
    cells: pl.DataFrame,
    rates: pl.DataFrame,
    year: int,
    group: str,
    model_year: int,
    standard: str = COMPARISON,
) -> Expected:
    """Observed and expected cost of one side in one year; a side without anybody has zeros.

    `rates` come from `cell_rates` for `model_year` and `standard`; the overall mean is taken from the same cells.
    """
    model = cells.filter(pl.col("year") == model_year, pl.col("group_code") == standard)
    overall = int(model["retained_cents"].sum()) / int(model["insured_months"].sum())
    own = cells.filter(pl.col("year") == year, pl.col("group_code") == group).join(rates, on=CELL, how="left")
    missing = own.filter(pl.col("rate").is_null())
    expected = own.select(pl.col("insured_months") * pl.col("rate").fill_null(overall)).to_series()
    return Expected(
        insured_months=int(own["insured_months"].sum()),
        in_domain_cents=int(own["in_domain_cents"].sum()),
        truncated_cents=int(own["truncated_cents"].sum()),
        retained_cents=int(own["retained_cents"].sum()),
        expected_cents=math.fsum(expected.sort().to_list()),
        months_without_cell=int(missing["insured_months"].sum()),
    )
