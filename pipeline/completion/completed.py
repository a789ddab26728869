"""Cost completed for run-out: what came of each service month so far, and what it will come to.

Each service month (or quarter, see `patterns`) of the years a settlement looks at is multiplied with its factor
to ultimate, for each side and kind of care, in the domain and out of it. A month of which the pattern knows too
little stays at what came, and is counted as not completed. Only care given up to now is completed: the months of
the year that are still to come are nobody's here.

Another method for young months (Bornhuetter-Ferguson, say) comes in `_by_method`, under a name of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from pipeline.completion.parameters import RunOutParameters
from pipeline.completion.patterns import last_whole_step, month_number, stepped, steps

CHAIN_LADDER, PARTLY, NOT_COMPLETED = "chain_ladder", "partly", "not_completed"

PLACE = ["group_code", "care_type_code", "bucket_code"]
KEY = [*PLACE, "service_month"]


def completed_cost(
    cells: pl.DataFrame,
    patterns: pl.DataFrame,
    years: Sequence[int],
    now: dt.date,
    parameters: RunOutParameters,
) -> pl.DataFrame:
    """`mart_completed_cost`: a row for each side, kind of care, bucket and service month or quarter of `years`.

    Every step that has begun is there, also one in which nothing came, where its year has any cost.
    `development` is its age in steps, negative for a step that is not over; cents are whole, completed ones
    rounded by row.
    """
    kinds = steps(cells, parameters)
    placed = stepped(cells, kinds).with_columns(year=pl.col("service_month").dt.year())
    placed = placed.filter(pl.col("year").is_in(list(years)))
    last = last_whole_step(now, pl.col("step_months"))
    so_far = placed.group_by(*PLACE, "service").agg(
        cents_so_far=pl.col("cents").sum(),
        cents_in_time=pl.col("cents").filter(pl.col("invoiced") <= last).sum(),
    )
    grid = _begun_steps(placed.select(*PLACE, "year").unique(), kinds, now)
    every = pl.concat([grid, so_far.select(*PLACE, "service")]).unique()
    return (
        _by_method(
            every.join(so_far, on=[*PLACE, "service"], how="left")
            .join(kinds, on="care_type_code")
            .with_columns(
                pl.col("cents_so_far", "cents_in_time").fill_null(0), development=last - pl.col("service")
            )
            .join(patterns.drop("step_months"), on=["care_type_code", "development"], how="left"),
            parameters,
        )
        .select(
            *PLACE,
            _first_month(pl.col("service") * pl.col("step_months")).alias("service_month"),
            *("step_months", "development", "cents_so_far", "share_complete", "method", "completed_cents"),
            last_invoiced_month=pl.lit(now),
        )
        .sort(KEY)
    )


def _first_month(number: pl.Expr) -> pl.Expr:
    """The date that `month_number` makes this number of."""
    return pl.date(number // 12, number % 12 + 1, 1)


def _begun_steps(places: pl.DataFrame, kinds: pl.DataFrame, now: dt.date) -> pl.DataFrame:
    """Every step that has begun by `now`, for each place and `year`."""
    begun = 12 * now.year + now.month - 1
    return (
        places.join(kinds, on="care_type_code")
        .with_columns(service=pl.int_ranges(12 * pl.col("year"), 12 * (pl.col("year") + 1)))
        .explode("service")
        .filter(pl.col("service") <= begun)
        .with_columns(service=(pl.col("service") // pl.col("step_months")).cast(pl.Int32))
        .select(*PLACE, "service")
        .unique()
    )


def _by_method(rows: pl.DataFrame, parameters: RunOutParameters) -> pl.DataFrame:
    """The rows with `method` and `completed_cents`; `share_complete` is null where nothing was completed."""
    enough = (pl.col("has_enough") & (pl.col("share_complete") >= parameters.least_share_complete)).fill_null(
        False
    )
    estimate = (pl.col("cents_in_time") * pl.col("to_ultimate")).round().cast(pl.Int64)
    return rows.with_columns(
        method=pl.when(enough).then(pl.lit(CHAIN_LADDER)).otherwise(pl.lit(NOT_COMPLETED)),
        completed_cents=pl.when(enough).then(estimate).otherwise("cents_so_far"),
        share_complete=pl.when(enough).then("share_complete"),
    )


def by_kind(months: pl.DataFrame, year: int) -> pl.DataFrame:
    """A year's cost by kind of care, side and bucket, of `mart_completed_cost`, over all months up to now.

    A month (or quarter) that is not completed by itself is taken at the mean of those that are, or at what came
    of it where that is more; a kind without any completed stays at what came. What was invoiced in advance of
    months after now came, and is in no completed cost of a kind with a completed month.

    Columns: `group_code`, `care_type_code`, `bucket_code`; `cents_so_far`; `completed_cents`; `share_complete`,
    the first as a share of the second, null where nothing was completed; `method`, chain_ladder, partly (some
    months took the mean) or not_completed; `service_months` of the year that have begun, and how many of them
    are completed; `run_out_months` from the last of them to `last_invoiced_month`, which is now.
    """
    now = pl.col("last_invoiced_month").first()
    after_year = 12 * (now.dt.year().cast(pl.Int64) - year) + now.dt.month() - 12
    sums = (
        _with_the_mean(months.filter(pl.col("service_month").dt.year() == year))
        .group_by(PLACE)
        .agg(
            pl.col("cents_so_far", "taken_cents").sum(),
            service_months=(12 + pl.min_horizontal(after_year, 0)).clip(lower_bound=0),
            completed_months=pl.col("completed_months").first(),
            run_out_months=pl.max_horizontal(after_year, 0),
            last_invoiced_month=now,
        )
    )
    known = pl.col("completed_months") > 0
    completed = pl.when(known).then("taken_cents").otherwise("cents_so_far")
    method = (
        pl.when(~known)
        .then(pl.lit(NOT_COMPLETED))
        .when(pl.col("completed_months") < pl.col("service_months"))
        .then(pl.lit(PARTLY))
        .otherwise(pl.lit(CHAIN_LADDER))
    )
    return sums.select(
        *PLACE,
        "cents_so_far",
        completed_cents=completed,
        share_complete=pl.when(known & (completed != 0)).then(pl.col("cents_so_far") / completed),
        method=method,
        service_months="service_months",
        completed_months="completed_months",
        run_out_months="run_out_months",
        last_invoiced_month="last_invoiced_month",
    ).sort(PLACE)


def _with_the_mean(steps_of_year: pl.DataFrame) -> pl.DataFrame:
    """Each step with `taken_cents`, at which the year takes it; and its kind's number of `completed_months`."""
    is_laddered = pl.col("method") == CHAIN_LADDER
    begun = month_number("last_invoiced_month") - month_number("service_month") + 1
    begun_months = pl.min_horizontal(begun.clip(lower_bound=0), "step_months")
    mean = pl.col("laddered_cents") * begun_months / pl.max_horizontal("completed_months", 1)
    return steps_of_year.with_columns(
        laddered_cents=pl.col("completed_cents").filter(is_laddered).sum().over(PLACE),
        completed_months=pl.col("step_months").filter(is_laddered).sum().cast(pl.Int64).over(PLACE),
    ).with_columns(
        taken_cents=pl.when(is_laddered)
        .then("completed_cents")
        .when(begun_months > 0)
        .then(pl.max_horizontal("cents_so_far", mean.round().cast(pl.Int64)))
        .otherwise(0)
    )
