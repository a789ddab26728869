"""What was probably meant by a value that cannot be used, and how a contract writes it.

People write numbers and dates as they do in letters (5.400, 0,50, 15-11-2024), with a sign, or between quotes. Where
it is certain what was meant, the message gives just that.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from pipeline.contract.parameter import decimals

SIGNS = re.compile(r"(€|EUR\b|euro\b|\s)", re.IGNORECASE)
IN_THREES = re.compile(r"-?[1-9]\d{0,2}(?P<mark>[.,])\d{3}((?P=mark)\d{3})*")
DASH = r"[-/.\u2013\u2014]"
YEAR_FIRST = re.compile(rf"(\d{{4}}){DASH}(\d{{1,2}}){DASH}(\d{{1,2}})")
DAY_FIRST = re.compile(rf"(\d{{1,2}}){DASH}(\d{{1,2}}){DASH}(\d{{4}})")


def meant_by(kind: str, value: object) -> str | None:
    """What to write in the place of a value, in one sentence; None when nobody can be certain.

    `kind` is the validator's name for what is wrong with it.
    """
    if kind == "date_type":
        return _date(value)
    if kind == "int_type":
        return _whole_number(value)
    if kind == "in_cents" and isinstance(value, Decimal):
        return _in_thousands(value, _euros(value)) or "Round it to cents."
    if kind == "number" and isinstance(value, str):
        return _quoted(value)
    if kind == "bool_type" and value in ("true", "false"):
        return f"Take the quotes away: {value}."
    return None


def size_meant(number: Decimal) -> str:
    """What to write in the place of a size that is written with a point."""
    return _in_thousands(number, f"{number.normalize():f}") or "Write a number without a point."


def _in_thousands(number: Decimal, read: str) -> str | None:
    """What 5.400 is `read` as, and what was meant, where its three digits after the point can be thousands."""
    if decimals(number) != 3 or abs(number) < 1:
        return None
    return f"Here {number} is read as {read}. Write {int(number * 1000)}, without a point for thousands."


def _whole_number(value: object) -> str | None:
    if isinstance(value, Decimal):
        if decimals(value) == 3 and abs(value) >= 1:
            return f"Write {int(value * 1000)}, without a point for thousands."
        return f"Write {int(value)}, without a point." if value == int(value) else None
    if not isinstance(value, str):
        return None
    digits = SIGNS.sub("", value)
    in_threes = IN_THREES.fullmatch(digits)
    if in_threes:
        written, mark = re.sub("[.,]", "", digits), "point" if in_threes["mark"] == "." else "comma"
        several = digits.count(in_threes["mark"]) > 1
        if digits != value:
            return f"Write {written}: digits only."
        return f"Write {written}, without {f'{mark}s' if several else f'a {mark}'} for thousands."
    if re.fullmatch(r"-?0+\d+", digits):
        return f"Write {int(digits)}, without a zero in front."
    if not re.fullmatch(r"-?\d+", digits):
        return None
    return f"Take the quotes away: {value}." if digits == value else f"Write {digits}: digits only."


def _euros(amount: Decimal) -> str:
    """An amount with its cents; one that has parts of cents as it was written."""
    return f"€ {amount:.2f}" if amount == round(amount, 2) else f"€ {amount}"


def _quoted(value: str) -> str | None:
    return f"Take the quotes away: {value}." if re.fullmatch(r"-?\d+(\.\d+)?", value) else None


def _date(value: object) -> str | None:
    if isinstance(value, int) and 1900 < value < 2200:
        return f"Write {value}-01-01: year, month and day."
    if not isinstance(value, str):
        return None
    found, turned = YEAR_FIRST.fullmatch(value), DAY_FIRST.fullmatch(value)
    if found:
        year, month, day = map(int, found.groups())
    elif turned:
        day, month, year = map(int, turned.groups())
    else:
        return None
    try:
        date = dt.date(year, month, day).isoformat()
    except ValueError:
        return None
    return f"Take the quotes away: {date}." if date == value else f"Write {date}: year, month and day."
