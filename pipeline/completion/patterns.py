"""How each kind of care runs out: from cells by service month and month of invoice to a pattern per kind.

"Now" is the last month of invoice that was over when the newest claims were delivered: what lies after it cannot
have come, or not all of it, and is no zero. A pattern is made of all lines of the population together, on both
sides of the comparison and in the domain or not: how long invoices take is a matter of providers and of the
insurer, and more lines make a steadier pattern. Its periods are months, or quarters where a kind of care is
invoiced by the quarter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import polars as pl

from pipeline.completion.chain_ladder import Triangle, development_factors, factors_to_ultimate
from pipeline.completion.parameters import RunOutParameters

MONTH, QUARTER = 1, 3

Steps = TypeVar("Steps", int, pl.Expr)

PATTERN = {
    "care_type_code": pl.String(),
    "development": pl.Int32(),
    "step_months": pl.Int32(),
    "factor": pl.Float64(),
    "to_ultimate": pl.Float64(),
    "share_complete": pl.Float64(),
    "has_enough": pl.Boolean(),
}
"""A row per kind of care and age, in steps. `factor` leads to the next age, null at the last and where there is
none; `share_complete` is one over `to_ultimate`; `has_enough` says that the kind has the least service months."""


def last_invoiced_month(cells: pl.DataFrame, delivered_on: dt.date) -> dt.date:
    """The last month of invoice that was over on the day of delivery, as its first day.

    Of the month of delivery itself more invoices may follow: it counts when its last day is that of delivery.
    Without an invoice up to then it is the last month that was over.
    """
    over = _last_month_over(delivered_on)
    month: dt.date | None = cells.filter(pl.col("invoiced_month") <= over)["invoiced_month"].max()  # type: ignore[assignment]
    return month or over


def _last_month_over(day: dt.date) -> dt.date:
    """First day of the last month of which `day` leaves nothing to come."""
    last_day = (day + dt.timedelta(days=1)).replace(day=1) - dt.timedelta(days=1)
    return last_day.replace(day=1)


def month_number(month: str) -> pl.Expr:
    """Months since the year 0 of a date column, January of year 1 being 12."""
    date = pl.col(month).dt
    return 12 * date.year().cast(pl.Int32) + date.month() - 1


def last_whole_step(now: dt.date, step_months: Steps) -> Steps:
    """Number of the last step that is over when the month of `now` is over."""
    return (12 * now.year + now.month) // step_months - 1


def steps(cells: pl.DataFrame, parameters: RunOutParameters) -> pl.DataFrame:
    """`care_type_code`, `step_months`: quarters for what is invoiced in the last months of quarters, else months."""
    closes_quarter = pl.col("invoiced_month").dt.month() % QUARTER == 0
    share = pl.col("claim_lines").filter(closes_quarter).sum() / pl.col("claim_lines").sum()
    by_quarter = share >= parameters.quarterly_when_share
    step = pl.when(by_quarter).then(QUARTER).otherwise(MONTH).cast(pl.Int32)
    return cells.group_by("care_type_code").agg(step_months=step).sort("care_type_code")


def stepped(cells: pl.DataFrame, kinds: pl.DataFrame) -> pl.DataFrame:
    """The cells with `service` and `invoiced` as numbers of steps; an invoice in advance counts as of that step."""
    placed = cells.join(kinds, on="care_type_code", how="left").with_columns(
        service=month_number("service_month") // pl.col("step_months"),
        invoiced=month_number("invoiced_month") // pl.col("step_months"),
    )
    return placed.with_columns(invoiced=pl.max_horizontal("service", "invoiced"))


def run_out_patterns(
    cells: pl.DataFrame, years: Sequence[int], now: dt.date, parameters: RunOutParameters
) -> pl.DataFrame:
    """The pattern of every kind of care in the cells of `mart_run_out_cell`, whose service years are `years`."""
    kinds = steps(cells, parameters)
    placed = stepped(cells, kinds)
    found = [
        _pattern(code, step, placed.filter(pl.col("care_type_code") == code), years, now, parameters)
        for code, step in kinds.iter_rows()
    ]
    return pl.concat([pl.DataFrame(schema=PATTERN), *found])


def cumulative_triangle(placed: pl.DataFrame, services: Sequence[int], last: int) -> Triangle:
    """Cents by service step and age in steps, cumulative; NaN after the step `last`. `services` in order."""
    width = last - services[0] + 1
    increments = np.zeros((len(services), width))
    known = placed.filter(pl.col("service").is_in(services), pl.col("invoiced") <= last)
    sums = known.group_by("service", "invoiced").agg(pl.col("cents").sum()).sort("service", "invoiced")
    rows = np.searchsorted(services, sums["service"].to_numpy())
    increments[rows, (sums["invoiced"] - sums["service"]).to_numpy()] = sums["cents"].to_numpy()
    cumulative = increments.cumsum(axis=1)
    ages = np.arange(width)
    cumulative[ages[None, :] > last - np.asarray(services)[:, None]] = np.nan
    return cumulative


def _pattern(
    code: str,
    step_months: int,
    placed: pl.DataFrame,
    years: Sequence[int],
    now: dt.date,
    parameters: RunOutParameters,
) -> pl.DataFrame:
    last, a_year = last_whole_step(now, step_months), 12 // step_months
    services = [
        step for year in sorted(years) for step in range(year * a_year, (year + 1) * a_year) if step <= last
    ]
    if not services:
        return pl.DataFrame(schema=PATTERN)
    factors = development_factors(cumulative_triangle(placed, services, last))
    to_ultimate = factors_to_ultimate(factors)
    has_enough = placed["service_month"].n_unique() >= parameters.least_service_months
    return pl.DataFrame(
        {
            "care_type_code": code,
            "development": range(len(to_ultimate)),
            "step_months": step_months,
            "factor": [*factors, None],
            "to_ultimate": to_ultimate,
            "has_enough": has_enough,
        },
        schema_overrides=PATTERN,
        nan_to_null=True,
    ).select(
        *("care_type_code", "development", "step_months"),
        pl.col("factor", "to_ultimate").fill_nan(None),
        share_complete=1 / pl.col("to_ultimate").fill_nan(None),
        has_enough="has_enough",
    )
