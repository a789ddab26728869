"""What a person's own data become before they leave the supplier.

Rules (pseudonymisation protocol, 'quasi-identifiers are generalised by the supplier'): birth year, with 98
years and older together; the first three digits of the postcode; insured periods in whole months, where a
month counts when its 15th lies in the period, so that a birth or a death never shows as a day.
"""

from __future__ import annotations

import polars as pl

from pipeline.periods import first_day, last_day

OLDEST_AGE = 98
COUNTING_DAY = 15


def birth_year(birth: pl.Expr, year: int) -> pl.Expr:
    """Year of birth; who is 98 or older on the period's last day counts as 98."""
    return birth.dt.year().clip(lower_bound=year - OLDEST_AGE)


def born_after(birth: pl.Expr, year: int) -> pl.Expr:
    """True for who is not born yet on the calendar year's last day."""
    return birth > last_day(year)


def postcode3(postcode: pl.Expr) -> pl.Expr:
    """The first three digits of a Dutch postcode ('5311 AB' gives '531'); null when it is none."""
    return postcode.str.extract(r"^([1-9]\d{2})\d(?: ?[A-Za-z]{2})?$", 1)


def first_month(start: pl.Expr, end: pl.Expr, year: int) -> pl.Expr:
    """First day of the first month of the calendar year that counts; if none does, of the start's month."""
    begin, finish = _clipped(start, end, year)
    first, last = _counted(begin, finish)
    return pl.when(last >= first).then(_month_start(first)).otherwise(begin.dt.truncate("1mo"))


def insured_months(start: pl.Expr, end: pl.Expr, year: int) -> pl.Expr:
    """The number of months of the calendar year whose 15th is insured; an empty end is still insured."""
    first, last = _counted(*_clipped(start, end, year))
    return (last - first + 1).clip(lower_bound=0)


def outside(start: pl.Expr, end: pl.Expr, year: int) -> pl.Expr:
    """True where the insured period ends before it starts, or has no day in the calendar year."""
    begin, finish = _clipped(start, end, year)
    return (end < start).fill_null(value=False) | (finish < begin)


def _clipped(start: pl.Expr, end: pl.Expr, year: int) -> tuple[pl.Expr, pl.Expr]:
    begin = start.clip(lower_bound=first_day(year))
    finish = end.fill_null(last_day(year)).clip(upper_bound=last_day(year))
    return begin, finish


def _counted(begin: pl.Expr, finish: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The first and last month that count, numbered from year 0; the last before the first when none does."""
    first = _month(begin) + (begin.dt.day() > COUNTING_DAY).cast(pl.Int32)
    last = _month(finish) - (finish.dt.day() < COUNTING_DAY).cast(pl.Int32)
    return first, last


def _month(date: pl.Expr) -> pl.Expr:
    return date.dt.year() * 12 + date.dt.month().cast(pl.Int32) - 1


def _month_start(month: pl.Expr) -> pl.Expr:
    return pl.date(month // 12, month % 12 + 1, 1)
