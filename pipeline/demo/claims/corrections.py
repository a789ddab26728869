"""What is declared over a year: the year's performances, and what is taken back.

Some performances are credited, in the same delivery or the next year's; half of those are declared again at
another price. A credit repeats the performance with a negative amount and names the number it takes back.
The last year has no next delivery yet, so all its credits come in its own: what a year costs, net, then
means the same in every year.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipeline.demo.care.catalogue import redeclared_cents
from pipeline.demo.claims.invoicing import last_invoice_day
from pipeline.demo.days import days_after, days_between, days_within
from pipeline.demo.parameters import Region
from pipeline.demo.streams import Streams


@dataclass(frozen=True)
class Declared:
    """What a year's deliveries hold of one stream of claims, and what waits for the next year's."""

    lines: pl.DataFrame
    waiting: pl.DataFrame


def declare(
    region: Region,
    streams: Streams,
    performances: pl.DataFrame,
    year: int,
    waiting: pl.DataFrame | None,
    *,
    name: str,
) -> Declared:
    """Number the performances, add the corrections due, and keep back those that come a year later.

    Args:
        region: the parameters.
        streams: where the random numbers come from.
        performances: of `invoiced`, sorted by provider_code.
        year: the year in which the care opened, and the period of the deliveries.
        waiting: what the year before kept back.
        name: of the stream of claims.

    Returns:
        The performances with year (of the delivery), number (unique per provider and year), sign (1 or -1),
        is_redeclared, corrected_year and corrected_number (null unless a credit).
    """
    first = performances.with_columns(
        sign=pl.lit(1, dtype=pl.Int64),
        is_redeclared=pl.lit(False),
        corrected_year=pl.lit(None, dtype=pl.Int32),
        corrected_number=pl.lit(None, dtype=pl.Int64),
    )
    first = _numbered(first, year, pl.lit(0, dtype=pl.Int64))
    now, later = _corrections(region, streams.generator(f"corrections {name} {year}"), first, year)
    due = (now if waiting is None else pl.concat([waiting, now])).sort(
        "provider_code", "person", "sign", maintain_order=True
    )
    counts = first.group_by("provider_code").agg(pl.len().cast(pl.Int64).alias("before"))
    due = due.join(counts, on="provider_code", how="left", maintain_order="left", validate="m:1")
    due = _numbered(due.drop("year", "number"), year, pl.col("before").fill_null(0)).drop("before")
    return Declared(lines=pl.concat([first, due.select(first.columns)]), waiting=later)


def _corrections(
    region: Region, rng: np.random.Generator, lines: pl.DataFrame, year: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Credits and new declarations of this year's lines: those in its delivery, and those in the next."""
    care = region.care
    next_year_share = 0.0 if year == region.years.contract else care.credited_next_year_share
    draws = rng.random((3, lines.height))
    chosen = lines.with_columns(
        is_later=pl.Series(draws[1] < next_year_share), is_again=pl.Series(draws[2] < care.redeclared_share)
    ).filter(pl.Series(draws[0] < care.credited_share))
    chosen = _invoiced_again(rng, chosen, year)
    credits = chosen.with_columns(
        sign=pl.lit(-1, dtype=pl.Int64), corrected_year="year", corrected_number="number"
    )
    again = chosen.filter("is_again")
    price = redeclared_cents(region, again["unit_cents"].to_numpy())
    again = again.with_columns(unit_cents=pl.Series(price), is_redeclared=pl.lit(True))
    both = pl.concat([credits, again]).drop("is_again")
    return both.filter(~pl.col("is_later")).drop("is_later"), both.filter("is_later").drop("is_later")


def _invoiced_again(rng: np.random.Generator, chosen: pl.DataFrame, year: int) -> pl.DataFrame:
    """With the invoice date of the correction: up to the last one of its delivery, after the line's own."""
    cutoff, next_cutoff = (np.datetime64(last_invoice_day(y)) for y in (year, year + 1))
    own, is_later = chosen["invoiced_date"].to_numpy(), chosen["is_later"].to_numpy()
    first = np.where(is_later, cutoff + 1, np.minimum(own + 1, cutoff))
    last = np.where(is_later, next_cutoff, cutoff)
    day = days_after(first, days_within(rng, days_between(first, last) + 1))
    return chosen.with_columns(invoiced_date=pl.Series(day))


def _numbered(lines: pl.DataFrame, year: int, before: pl.Expr) -> pl.DataFrame:
    number = before + pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("provider_code")
    return lines.with_columns(year=pl.lit(year, dtype=pl.Int32), number=number)
