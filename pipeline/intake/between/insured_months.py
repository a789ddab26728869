"""Claims against the register of the same delivery, and the register against itself.

Both warn only. The register may miss somebody who was insured after all, and whether periods overlap does no harm
at the OCMO, where a month counts once; but each of the two may mean that a file was made wrongly.
"""

from __future__ import annotations

import polars as pl

from pipeline.intake.between.placed import ORDER, PLACE, collected, finding

CLAIMS, REGISTER = "claim_line", "insured"
WHO = "person_at_label"
"""BSN and UZOVI code as one number: both are digits, which `row_rules` has seen to, and one number joins fast."""

LABELS = 10_000
"""As many as UZOVI codes of four digits."""

MONTHS_OF_ALL_TIME = 12 * 10_000
"""More than any index of a month, and any number of insured months, so that persons stay apart."""


def overlapping_periods(register: pl.LazyFrame) -> pl.DataFrame:
    """A warning on each period that begins before an earlier one of the same person and label has ended.

    Periods are in whole months (`from_month`, `insured_months`): the last of one and the first of the next are
    different months, also for who moved to another policy within one.
    """
    periods = collected(register.select(*PLACE, _who(), begins=_index("from_month"), months="insured_months"))
    periods = periods.sort(WHO, "begins", *ORDER)
    # All persons in one run: each lies beyond all months of the one before, so that no reach goes over to the next.
    run = pl.col(WHO).rle_id().cast(pl.Int64) * MONTHS_OF_ALL_TIME + pl.col("begins")
    later = periods.filter(run < (run + pl.col("months")).cum_max().shift())
    reason = "an earlier period of the same person and label has not ended when this one begins"
    return finding(later, REGISTER, field="from_month", rule="overlapping_period", reason=reason)


def claims_outside_periods(claims: pl.LazyFrame, register: pl.LazyFrame) -> pl.DataFrame:
    """A warning on each claim of somebody whom the register does not have as insured when the care began.

    Judged are the labels and the years that the register tells of. Its months are those whose 15th is insured, so
    that care in a month beside one of them may still be on an insured day: only care in another month is outside.
    """
    years = _insured_years(register)
    told = years.select(pl.col(WHO) % LABELS, "year").unique().rename({WHO: "label"})
    begun = pl.col("opening_date")
    judged = (
        claims.select(
            *PLACE, _who(), _label(), year=begun.dt.year(), bit=_bit(begun.dt.month().cast(pl.Int32) - 1)
        )
        .join(told.lazy(), on=["label", "year"], how="semi")
        .join(years.lazy(), on=[WHO, "year"], how="left")
    )
    outside = collected(judged.filter((pl.col("touched").fill_null(0) & pl.col("bit")) == 0).select(PLACE))
    reason = (
        "the register of this delivery has nobody insured at this label with this BSN when the care began"
    )
    return finding(outside, CLAIMS, field="opening_date", rule="not_insured", reason=reason)


def _insured_years(register: pl.LazyFrame) -> pl.DataFrame:
    """By person, label and year: `touched`, a bit for each month in which a day may be insured, January the lowest.

    A period of whole months may also touch the month before the first and the one after the last; one without a
    15th lies in the month that it is given under, and may end in the next.
    """
    begins, months = _index("from_month"), pl.col("insured_months").cast(pl.Int32)
    ends = begins + months.clip(lower_bound=1)
    periods = collected(
        register.select(
            _who(),
            low=pl.when(months > 0).then(begins - 1).otherwise(begins),
            high=ends,
            year=pl.int_ranges(begins // 12, (ends - 1) // 12 + 1),
        )
    )
    in_year = periods.explode("year").with_columns(
        first=(pl.col("low") - 12 * pl.col("year")).clip(0, 11),
        last=(pl.col("high") - 12 * pl.col("year")).clip(0, 11),
        year=pl.col("year").cast(pl.Int32),
    )
    touched = _bit(pl.col("last") + 1) - _bit(pl.col("first"))
    return in_year.group_by(WHO, "year").agg(touched=touched.bitwise_or())


def _label() -> pl.Expr:
    return pl.col("insurer_code").cast(pl.Int64).alias("label")


def _who() -> pl.Expr:
    return (pl.col("bsn").cast(pl.Int64) * LABELS + _label()).alias(WHO)


def _index(month: str) -> pl.Expr:
    """The months from year 0 on: twelve to a year, January the first."""
    return pl.col(month).dt.year() * 12 + pl.col(month).dt.month().cast(pl.Int32) - 1


def _bit(place: pl.Expr) -> pl.Expr:
    return pl.lit(2, dtype=pl.Int32).pow(place.cast(pl.UInt32))
