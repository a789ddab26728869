"""How a source writes dates, numbers and amounts, and how its text becomes values.

Every reader here gives null for text that is no such value; whether that is a fault, `field_rules` says.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

ISO_DATE = "%Y-%m-%d"
DATES = (
    "%d-%m-%Y",
    "%d/%m/%Y",
    "%d.%m.%Y",
    ISO_DATE,
    "%Y/%m/%d",
    "%Y%m%d",
    "%d%m%Y",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%m/%d/%Y",
)
"""Notations that systems use; of those that read the most values of a file, the first is taken."""

# Nobody alive was born before. A year of two digits is otherwise read as one of the first century.
EARLIEST = dt.date(1850, 1, 1)

DIGITS = 15
"""Of a whole number, or of an amount in cents: a hundred times what all Dutch care costs in a year. More is no amount,
and 64 bits would not hold it, or not its hundredfold."""


@dataclass(frozen=True)
class Notation:
    """`dates` is a strftime pattern; `decimal` the amounts' decimal sign, empty when they are whole cents."""

    dates: str
    decimal: str = ""

    def date(self, text: pl.Expr) -> pl.Expr:
        """An existing date, as Date; none before `EARLIEST`."""
        date = text.str.to_date(self.dates, strict=False)
        return pl.when(date >= EARLIEST).then(date)

    def cents(self, text: pl.Expr) -> pl.Expr:
        """An amount as Int64 cents: '1234,5' is 123450 with a decimal comma; '123450' when in whole cents.

        None of more than `DIGITS` digits, counted in cents.
        """
        if not self.decimal:
            return integer(text)
        parts = text.str.extract_groups(rf"^(-?)(\d{{1,{DIGITS - 2}}})(?:\{self.decimal}(\d{{1,2}}))?$")
        whole = parts.struct.field("2").cast(pl.Int64, strict=False)
        hundredths = parts.struct.field("3").fill_null("").str.pad_end(2, "0").cast(pl.Int64, strict=False)
        size = whole * 100 + hundredths
        return pl.when(parts.struct.field("1") == "-").then(-size).otherwise(size)


VEKTIS = Notation(dates="%Y%m%d")


def integer(text: pl.Expr) -> pl.Expr:
    """A whole number of at most `DIGITS` digits as Int64, a minus sign allowed."""
    return pl.when(text.str.contains(rf"^-?[0-9]{{1,{DIGITS}}}$")).then(text).cast(pl.Int64, strict=False)


def signed(size: pl.Expr, sign: pl.Expr) -> pl.Expr:
    """An unsigned amount with its debit or credit field: C (credit) is negative."""
    return pl.when(sign == "C").then(-size).otherwise(size)
