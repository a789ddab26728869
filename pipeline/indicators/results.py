"""The two indicators of the thin line: complications compared fairly, and the change patients report."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from pipeline.claims.terms_tables import COMPARISON, CONTRACTED
from pipeline.indicators.eq5d import VALID_ANSWERS, utilities
from pipeline.indicators.intervals import count_limits, mean_limits

SCHEMA: dict[str, type[pl.DataType]] = {
    "indicator_id": pl.String,
    "year": pl.Int32,
    "group_code": pl.String,
    "value": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "numerator": pl.Int64,
    "denominator": pl.Int64,
    "expected": pl.Float64,
    "unit": pl.String,
}
"""The columns of `mart_indicator`."""

RISK_CELL = ["procedure_code", "asa_code"]


@dataclass(frozen=True)
class IndicatorResult:
    """One indicator of one side in one year; `denominator` is always shown beside the value.

    For the complication ratio: numerator observed, `expected` what the comparison hospitals would have had.
    """

    indicator_id: str
    year: int
    group_code: str
    value: float
    lower: float
    upper: float
    numerator: int
    denominator: int
    expected: float
    unit: str


def complication_ratio(cells: pl.DataFrame, year: int, group: str) -> IndicatorResult | None:
    """Observed over expected complications (indirect standardisation), or None without operations.

    Expected: each operation at the comparison hospitals' rate of the same year in its cell of procedure x
    ASA class; a cell they do not have takes their rate over all cells. Limits: `intervals.count_limits`.
    """
    in_year = cells.filter(pl.col("year") == year)
    comparison = in_year.filter(pl.col("group_code") == COMPARISON)
    own = in_year.filter(pl.col("group_code") == group)
    if own.is_empty() or not comparison["complications"].sum():
        return None
    overall = int(comparison["complications"].sum()) / int(comparison["operations"].sum())
    rates = comparison.group_by(RISK_CELL).agg(
        rate=pl.col("complications").sum() / pl.col("operations").sum()
    )
    standard = own.join(rates, on=RISK_CELL, how="left", maintain_order="left").with_columns(
        expected=pl.col("operations") * pl.col("rate").fill_null(overall)
    )
    observed = int(own["complications"].sum())
    expected = math.fsum(sorted(standard["expected"].to_list()))
    lower, upper = count_limits(observed)
    return IndicatorResult(
        "complication_ratio",
        year,
        group,
        observed / expected,
        lower / expected,
        upper / expected,
        observed,
        int(own["operations"].sum()),
        expected,
        "ratio",
    )


def eq5d_change(changes: pl.DataFrame, year: int, group: str) -> IndicatorResult | None:
    """Mean change in utility, after minus before, of who answered both times; None when nobody did.

    `denominator` counts the operations of everybody, so that the response shows: numerator / denominator.
    """
    own = changes.filter(pl.col("year") == year, pl.col("group_code") == group)
    worth = utilities()
    answered = (
        own.filter(pl.col("before_code").str.contains(VALID_ANSWERS))
        .filter(pl.col("after_code").str.contains(VALID_ANSWERS))
        .group_by("before_code", "after_code")
        .agg(pl.col("operations").sum())
        .join(worth, left_on="before_code", right_on="answers_code")
        .join(worth, left_on="after_code", right_on="answers_code", suffix="_after")
        .sort("before_code", "after_code")
    )
    if answered.is_empty():
        return None
    change = (answered["utility_after"] - answered["utility"]).to_list()
    mean, lower, upper = mean_limits(change, answered["operations"].to_list())
    return IndicatorResult(
        "eq5d_change",
        year,
        group,
        mean,
        lower,
        upper,
        int(answered["operations"].sum()),
        int(own["operations"].sum()),
        math.nan,
        "utility",
    )


INDICATORS = {
    "complication_ratio": ("mart_complication_cell", complication_ratio),
    "eq5d_change": ("mart_eq5d_change", eq5d_change),
}
"""By id: the table an indicator is computed from, and how."""


def measured(read: Callable[[str], pl.DataFrame], year: int) -> pl.DataFrame:
    """Every indicator of both sides in `year`, as `mart_indicator` holds them; one without data has no row.

    `read` gives a table of the indicators' step by its name. Equal tables give equal values, to the last digit.
    """
    results = [
        compute(read(table), year, group)
        for table, compute in INDICATORS.values()
        for group in (CONTRACTED, COMPARISON)
    ]
    return pl.DataFrame([vars(result) for result in results if result is not None], schema=SCHEMA)
