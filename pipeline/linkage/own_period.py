"""Whether a delivery's rows are of the period that its manifest names.

The supplier's intake looks first. Here it is held once more, by the same dates (`about` of the canonical tables),
so that a whole delivery under a wrong period does not count in another year: that would replace nothing, and add
everything twice. Some rows of other years are lawful, such as a claim that comes late. A correction does not
count either way: it has the date of what it corrects.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipeline.canonical import About, canonical_table
from pipeline.errors import DeliveryRefusedError
from pipeline.periods import first_day, last_day

MOST = 0.5
"""A delivery is another period's when more than this share of a table's rows is. It is the OCMO's own: the
supplier can set another for its intake, and not for this (ADR 0013)."""


def refuse_other_period(
    tables: Mapping[str, pl.DataFrame], *, period: str, supplier: str, where: str
) -> None:
    """See that most rows of each table that is about a time are of the year `period`.

    Raises:
        DeliveryRefusedError: when they are not, or the period is no calendar year.
    """
    if not (len(period) == 4 and period.isdecimal() and period.isascii()):
        raise DeliveryRefusedError(
            f"Its period is '{period}'",
            where=where,
            remedy=f"A period is a calendar year: {supplier} must seal a new delivery under its calendar year, "
            "replacing none.",
        )
    for name, frame in tables.items():
        about = canonical_table(name).about
        if about is None:
            continue
        counted = frame.filter(pl.col(about.corrects).is_null()) if about.corrects else frame
        strangers = counted.filter(_is_outside(about, int(period))).height
        if strangers > MOST * counted.height:
            raise DeliveryRefusedError(
                f"{strangers:,} of {counted.height:,} rows of {name} are not of its period {period} by their "
                f"{about.date}",
                where=where,
                remedy=f"{supplier} must seal these files under their own period; "
                f"its next delivery for {period} replaces this one.",
            )


def _is_outside(about: About, year: int) -> pl.Expr:
    """Whether a row lies outside a calendar year; one that lasts, when none of its months is in it."""
    date = pl.col(about.date)
    if not about.months:
        return ~date.is_between(first_day(year), last_day(year))
    end = date.dt.offset_by(pl.format("{}mo", pl.col(about.months)))
    return (date > last_day(year)) | ((date < first_day(year)) & (end <= first_day(year)))
