"""What hospitals declare in a year's message: the year's performances, and what is taken back.

Some performances are credited, in the same message or the next year's; half of those are declared again at
another price. A credit repeats the performance with a negative amount and names the number it takes back.
The last year has no next message yet, so all its credits come in its own: what a year costs, net, then
means the same in every year.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipeline.demo.catalogue import redeclared_cents
from pipeline.demo.parameters import Region
from pipeline.demo.streams import Streams


@dataclass(frozen=True)
class Declared:
    """A year's message contents over all hospitals, and what waits for the next year's message."""

    lines: pl.DataFrame
    waiting: pl.DataFrame


def declare(
    region: Region, streams: Streams, performances: pl.DataFrame, year: int, waiting: pl.DataFrame | None
) -> Declared:
    """Number the performances, add the corrections due, and keep back those that come a year later.

    Args:
        region: the parameters.
        streams: where the random numbers come from.
        performances: of `simulate_care` for this year, sorted by hospital.
        year: the message's year.
        waiting: what the year before kept back.

    Returns:
        The performances with year (of the message), number (unique per hospital and year), sign (1 or -1),
        is_redeclared, corrected_year and corrected_number (null unless a credit).
    """
    first = performances.with_columns(
        sign=pl.lit(1, dtype=pl.Int64),
        is_redeclared=pl.lit(False),
        corrected_year=pl.lit(None, dtype=pl.Int32),
        corrected_number=pl.lit(None, dtype=pl.Int64),
    )
    first = _numbered(first, year, pl.lit(0, dtype=pl.Int64))
    now, later = _corrections(region, streams.generator(f"corrections {year}"), first, year)
    due = (now if waiting is None else pl.concat([waiting, now])).sort(
        "hospital", "person", "sign", maintain_order=True
    )
    counts = first.group_by("hospital").agg(pl.len().cast(pl.Int64).alias("before"))
    due = due.join(counts, on="hospital", how="left", maintain_order="left", validate="m:1")
    due = _numbered(due.drop("year", "number"), year, pl.col("before").fill_null(0)).drop("before")
    return Declared(lines=pl.concat([first, due.select(first.columns)]), waiting=later)


def _corrections(
    region: Region, rng: np.random.Generator, lines: pl.DataFrame, year: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Credits and new declarations of this year's lines: those in this message, and those in the next."""
    care = region.care
    next_year_share = 0.0 if year == region.years.contract else care.credited_next_year_share
    draws = rng.random((3, lines.height))
    chosen = lines.with_columns(
        is_later=pl.Series(draws[1] < next_year_share), is_again=pl.Series(draws[2] < care.redeclared_share)
    ).filter(pl.Series(draws[0] < care.credited_share))
    credits = chosen.with_columns(
        sign=pl.lit(-1, dtype=pl.Int64), corrected_year="year", corrected_number="number"
    )
    again = chosen.filter("is_again")
    price = redeclared_cents(region, again["unit_cents"].to_numpy())
    again = again.with_columns(unit_cents=pl.Series(price), is_redeclared=pl.lit(True))
    both = pl.concat([credits, again]).drop("is_again")
    return both.filter(~pl.col("is_later")).drop("is_later"), both.filter("is_later").drop("is_later")


def _numbered(lines: pl.DataFrame, year: int, before: pl.Expr) -> pl.DataFrame:
    number = before + pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("hospital")
    return lines.with_columns(year=pl.lit(year, dtype=pl.Int32), number=number)
