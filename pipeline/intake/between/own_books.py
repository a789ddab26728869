"""The claim lines of a delivery against what the supplier's own books say.

A control total counts all that the books hold of a year of loss, whatever delivery it came in. So only the year
that the delivery is about can be held against it: of other years the delivery has what came late. Lines that were
invoiced after the day of the books are in no total. Cents are declared ones, as in the books.
"""

from __future__ import annotations

import polars as pl

from pipeline.intake.between.placed import ORDER, PLACE, collected, finding
from pipeline.money import euros

BOOKS = "control_total"
CELL = ["insurer_code", "care_type_code"]
"""What a total of one year is of."""

FIGURES = ["care_type_code", "booked_lines", "booked_cents", "came_lines", "came_cents"]
"""What is told of a difference."""


def differing_books(books: pl.LazyFrame, claims: pl.LazyFrame, year: int) -> pl.DataFrame:
    """A warning on each total of `year` from which the delivery's accepted lines differ, with both figures.

    Lines of a kind of care that the books of their label leave out are told on that label's first total.
    """
    totals = collected(books.filter(pl.col("year_of_loss") == year)).sort(ORDER)
    labels = totals.group_by("insurer_code", maintain_order=True).agg(
        *(pl.col(name).first() for name in PLACE), newest=pl.col("as_of_date").max()
    )
    booked = totals.select(*PLACE, *CELL, "as_of_date", "booked_lines", "booked_cents")
    came = _sums(claims.filter(pl.col("opening_date").dt.year() == year), booked, labels)
    held = booked.join(came, on=CELL, how="full", coalesce=True).join(labels, on="insurer_code", how="left")
    held = held.with_columns(pl.coalesce(name, f"{name}_right") for name in PLACE)
    held = held.with_columns(pl.col("^(booked|came)_(lines|cents)$").fill_null(0))
    differing = held.filter(
        (pl.col("booked_lines") != pl.col("came_lines")) | (pl.col("booked_cents") != pl.col("came_cents"))
    ).sort(*ORDER, *CELL)
    reasons = pl.Series(
        [_reason(year, *cell) for cell in differing.select(FIGURES).iter_rows()], dtype=pl.String
    )
    return finding(
        differing.with_columns(reason=reasons),
        BOOKS,
        field="booked_cents",
        rule="control_total",
        reason=pl.col("reason"),
    )


def _sums(claims: pl.LazyFrame, booked: pl.DataFrame, labels: pl.DataFrame) -> pl.DataFrame:
    """By label and kind of care: `came_lines` and `came_cents`, of what was invoiced up to the day of the books."""
    days = booked.select(*CELL, "as_of_date").unique(CELL, keep="last", maintain_order=True)
    known = claims.join(labels.select("insurer_code", "newest").lazy(), on="insurer_code").join(
        days.lazy(), on=CELL, how="left"
    )
    up_to = pl.coalesce("as_of_date", "newest")
    sums = known.filter(pl.col("invoiced_date") <= up_to).group_by(CELL)
    return collected(sums.agg(came_lines=pl.len().cast(pl.Int64), came_cents=pl.col("declared_cents").sum()))


def _reason(
    year: int, care_type: str, booked_lines: int, booked_cents: int, came_lines: int, came_cents: int
) -> str:
    return (
        f"of {care_type} in {year} the books hold {booked_lines:,} lines and {euros(booked_cents)}, the accepted "
        f"lines of this delivery up to the same day are {came_lines:,} and {euros(came_cents)}"
    )
