"""Who pays for a performance, and when it is invoiced.

The label is that of the person on the day the care opened. The invoice comes some days after the end of care, by kind
of care. A message has one invoice date for all its lines, the last day of a quarter; an export has each line's own.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from pipeline.demo.days import days_after
from pipeline.demo.moves import insurer_of, label_column
from pipeline.demo.parameters import Region
from pipeline.demo.streams import Streams

_QUANTILES = (0.0, 0.5, 0.9, 1.0)
"""What the four numbers of `invoice_lags` are."""
HOSPITAL_KINDS = ("hospital_product", "geriatric_rehabilitation", "addon_drug", "addon_intensive_care")


def last_invoice_day(year: int) -> dt.date:
    """The last invoice date in the delivery over `year`."""
    return dt.date(year + 1, 6, 30)


def invoiced(
    region: Region, streams: Streams, performances: pl.DataFrame, people: pl.DataFrame, year: int, name: str
) -> pl.DataFrame:
    """The performances with label, insurer (index) and invoiced_date.

    Args:
        region: the parameters.
        streams: where the random numbers come from.
        performances: with person, care_type_code and closing_date; those of one trajectory, where there are any,
            are invoiced on one day.
        people: of `simulate_people`.
        year: the year in which the care opened.
        name: of the stream of claims.
    """
    rng = streams.generator(f"invoices {name} {year}")
    if "trajectory" in performances.columns:
        trajectory = performances["trajectory"].to_numpy()
        uniform = rng.random(trajectory.max(initial=0) + 1)[trajectory]
    else:
        uniform = rng.random(performances.height)
    days = np.zeros(performances.height, dtype=np.int64)
    kinds = performances["care_type_code"]
    for kind, lags in region.care.invoice_lags.items():
        here = kinds.is_in(HOSPITAL_KINDS if kind == "hospital" else (kind,)).to_numpy()
        days[here] = np.interp(uniform[here], _QUANTILES, lags).astype(np.int64)
    day = days_after(performances["closing_date"].to_numpy(), days)
    label = people.select("person", label=label_column(year))
    return performances.join(
        label, on="person", how="left", validate="m:1", maintain_order="left"
    ).with_columns(insurer=insurer_of(region, pl.col("label")), invoiced_date=pl.Series(day))


def on_last_of_quarter(day: pl.Expr) -> pl.Expr:
    """The last day of the date's quarter."""
    return day.dt.truncate("1q").dt.offset_by("1q").dt.offset_by("-1d")
