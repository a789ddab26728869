"""Insured periods become whole months: a month counts when its 15th lies in the period."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from pipeline.intake.columns import generalise

START, END = pl.col("start"), pl.col("end")


def day(text):
    return dt.date.fromisoformat(text) if text else None


def period(start, end):
    return pl.DataFrame({"start": day(start), "end": day(end)}, schema={"start": pl.Date, "end": pl.Date})


@pytest.mark.parametrize(
    ("start", "end", "first_month", "months"),
    [
        ("2025-01-01", "2025-12-31", "2025-01-01", 12),
        ("2025-01-01", None, "2025-01-01", 12),  # still insured
        ("2019-06-20", None, "2025-01-01", 12),  # clipped to the delivery's year
        ("2024-11-30", "2026-02-01", "2025-01-01", 12),
        ("2025-03-15", "2025-03-15", "2025-03-01", 1),
        ("2025-03-16", "2025-12-31", "2025-04-01", 9),
        ("2025-03-15", "2025-05-14", "2025-03-01", 2),
        ("2025-03-16", "2025-04-14", "2025-03-01", 0),  # no 15th: the row stays, in the month of its start
        ("2025-12-16", None, "2025-12-01", 0),
        ("2025-01-01", "2025-01-14", "2025-01-01", 0),
        ("2025-12-15", None, "2025-12-01", 1),
    ],
)
def test_a_month_counts_when_its_15th_is_insured(start, end, first_month, months):
    result = period(start, end).select(
        first=generalise.first_month(START, END, 2025), months=generalise.insured_months(START, END, 2025)
    )
    assert result.row(0) == (day(first_month), months)


@pytest.mark.parametrize(
    ("start", "end", "outside"),
    [
        ("2025-12-31", None, False),
        ("2020-01-01", "2025-01-01", False),
        ("2026-01-01", None, True),
        ("2020-01-01", "2024-12-31", True),
        ("2025-06-02", "2025-06-01", True),
    ],
)
def test_a_period_without_a_day_in_the_year_is_outside_it(start, end, outside):
    assert period(start, end).select(generalise.outside(START, END, 2025)).item() is outside


@pytest.mark.parametrize(
    ("born", "year"), [("1926-06-01", 1927), ("1927-01-01", 1927), ("1927-12-31", 1927), ("1928-01-01", 1928)]
)
def test_98_years_and_older_share_a_birth_year(born, year):
    born_on = pl.DataFrame({"born": [day(born)]})
    assert born_on.select(generalise.birth_year(pl.col("born"), 2025)).item() == year


@pytest.mark.parametrize(
    ("postcode", "area"),
    [
        ("5311AB", "531"),
        ("5311 ab", "531"),
        ("5311", "531"),
        ("0311AB", None),
        ("B-1000", None),
        ("53111", None),
    ],
)
def test_only_three_digits_of_a_dutch_postcode_remain(postcode, area):
    assert pl.DataFrame({"p": [postcode]}).select(generalise.postcode3(pl.col("p"))).item() == area
