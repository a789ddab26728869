"""Values of a file as text in the notation of its mapping, so that every form of table is judged by the same rules.

Typed values (of Parquet and XLSX) are written as the mapping's `dates` and `decimal` say. Text is brought nearer to
them where its meaning is beyond doubt: thousands signs ('1.234,56'), a minus behind ('12,30-'), a euro sign, a
decimal sign in front (',50'), further zeros ('12,5000'), a spreadsheet's day number. What is not beyond doubt stays
as it is and is judged as it stands: of '1,200' only a mapping that names the decimal sign says that it is 1.20.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from pipeline.intake.columns.notation import DIGITS, ISO_DATE, Notation
from pipeline.intake.tables.form import EXCEL_DAYS

EXACT_FLOAT = 1 << 53
LOCAL_TIME = "Europe/Amsterdam"
"""Where the day of a moment with a time zone is taken."""

_EXCEL_EPOCH = pl.date(1899, 12, 30)
_PLAIN = {"cents": r"^-?\d+(?:{decimal}\d{{1,2}})?$", "count": r"^-?\d+$"}
_BLANKS = " \u00a0\u202f"


@dataclass(frozen=True)
class Written:
    """How the values of one file are written.

    `dates` is a strftime pattern or "excel"; `decimal` the sign of amounts in euros, empty for whole cents;
    `thousands` the sign between groups of digits, empty for none. `is_told` is true when the mapping names the
    decimal sign, and false when it was found. `is_sheet` is true of text from a spreadsheet, where a point in a
    number is the decimal sign and ISO dates were dates.
    """

    dates: str
    decimal: str
    thousands: str
    is_told: bool = True
    is_sheet: bool = False

    @property
    def notation(self) -> Notation:
        """The notation of the text that `plain` gives."""
        return Notation(dates=ISO_DATE if self.dates == EXCEL_DAYS else self.dates, decimal=self.decimal)


def plain(name: str, dtype: pl.DataType, kind: str, written: Written) -> pl.Expr:
    """The column of this name and type as text; `kind` is what it should hold: date, cents, count or text."""
    value = pl.col(name)
    if dtype == pl.String:
        return _loosely(value, kind, written).alias(name)
    if dtype == pl.Date or isinstance(dtype, pl.Datetime):
        value = value.dt.convert_time_zone(LOCAL_TIME) if has_time_zone(dtype) else value
        return value.dt.strftime(written.notation.dates if kind == "date" else ISO_DATE).alias(name)
    if kind == "cents":
        return _amount(value, dtype, written).alias(name)
    text = _number(value, dtype)
    return (_loosely(text, kind, written) if kind == "date" else text).alias(name)


def has_time_zone(dtype: pl.DataType) -> bool:
    """True of moments whose day depends on where one is."""
    return isinstance(dtype, pl.Datetime) and dtype.time_zone is not None


def is_plain(column: pl.Series, kind: str, written: Written) -> bool:
    """True when every text of this column is written plainly already: by far the most are, and this is soon seen."""
    if column.dtype != pl.String or kind not in _PLAIN:
        return False
    return bool(column.str.contains(_PLAIN[kind].format(decimal=re.escape(written.decimal) or "$")).all())


def _number(value: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """A whole number without a point: a spreadsheet has no others."""
    if dtype.is_float():
        number = value.fill_nan(None)
        is_whole = (number == number.floor()) & (number.abs() < EXACT_FLOAT)
        return (
            pl.when(is_whole)
            .then(number.cast(pl.Int64, strict=False).cast(pl.String))
            .otherwise(number.cast(pl.String))
        )
    if dtype.is_decimal():
        return value.cast(pl.String).str.replace(r"\.0*$", "")
    return value.cast(pl.String)


def _amount(value: pl.Expr, dtype: pl.DataType, written: Written) -> pl.Expr:
    """Euros, or cents where the mapping says so."""
    if not written.decimal:
        return _number(value, dtype)
    cents = _cents(value, dtype)
    size = cents.abs()
    sign = pl.when(cents < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    hundredths = (size % 100).cast(pl.String).str.zfill(2)
    euros = pl.format(f"{{}}{{}}{written.decimal}{{}}", sign, size // 100, hundredths)
    return pl.when(cents.is_not_null()).then(euros).otherwise(value.cast(pl.String))


def _cents(value: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Euros as whole cents; null where they have parts of a cent. A hair beside one is how computers hold 0.30."""
    if dtype.is_float():
        cents = value.fill_nan(None) * 100
        is_amount = ((cents - cents.round()).abs() < 1e-4) & (cents.abs() < EXACT_FLOAT)
        return pl.when(is_amount).then(cents.round()).cast(pl.Int64, strict=False)
    if dtype.is_decimal():
        parts = value.cast(pl.String).str.extract_groups(r"^(-?\d+)(?:\.(\d{1,2})0*)?$")
        hundredths = parts.struct.field("2").fill_null("").str.pad_end(2, "0")
        return (parts.struct.field("1") + hundredths).cast(pl.Int64, strict=False)
    euros = value.cast(pl.Int64, strict=False)
    most = 10 ** (DIGITS - 2)
    return pl.when(euros.is_between(-most, most, closed="none")).then(euros * 100)


def _loosely(text: pl.Expr, kind: str, written: Written) -> pl.Expr:
    match kind:
        case "date":
            return _date(text, written)
        case "cents":
            return _loose_amount(text, written)
        case "count":
            return _without_groups(_minus_first(text), written.thousands, r"")
    return text


def _date(text: pl.Expr, written: Written) -> pl.Expr:
    pattern = written.notation.dates
    if written.dates == EXCEL_DAYS:
        days = pl.when(text.str.contains(r"^[1-9]\d{0,5}$")).then(text).cast(pl.Int64, strict=False)
        day = (_EXCEL_EPOCH + pl.duration(days=days)).dt.strftime(pattern)
        text = pl.when(days.is_not_null()).then(day).otherwise(text)
    if not written.is_sheet:
        return text
    stamp = text.str.extract(r"^(\d{4}-\d\d-\d\d)(?: \d\d:\d\d:\d\d(?:\.\d+)?)?$", 1)
    return pl.coalesce(stamp.str.to_date(ISO_DATE, strict=False).dt.strftime(pattern), text)


def _loose_amount(text: pl.Expr, written: Written) -> pl.Expr:
    text = _minus_first(text.str.replace(rf"^€[{_BLANKS}]*", "").str.replace(rf"[{_BLANKS}]*€$", ""))
    if not written.decimal:
        return text
    decimal = re.escape(written.decimal)
    if written.is_sheet and written.decimal != ".":
        text = text.str.replace(r"^(-?\d+)\.(\d+)$", f"${{1}}{written.decimal}${{2}}")
    may_be_a_group = text.str.contains(rf"^-?\d{{1,3}}{decimal}\d{{3}}$")
    other = "." if written.decimal == "," else ","
    for sign in dict.fromkeys((written.thousands, other, " ", "'")):
        # Without decimals behind them, groups of digits are only taken for such when the sign is known.
        tail = rf"(?:{decimal}\d+)?" if sign and sign == written.thousands else rf"{decimal}\d+"
        text = _without_groups(text, sign, tail)
    text = text.str.replace(rf"^(-?)({decimal}\d)", "${1}0${2}")
    shorter = text.str.replace(rf"({decimal}\d\d)0+$", "${1}")
    return shorter if written.is_told else pl.when(may_be_a_group).then(text).otherwise(shorter)


def _minus_first(text: pl.Expr) -> pl.Expr:
    return (
        text.str.replace(rf"^([^-+].*\d)[{_BLANKS}]*-$", "-${1}")
        .str.replace(rf"^([-+])[{_BLANKS}]+", "${1}")
        .str.replace(r"^\+", "")
    )


def _without_groups(text: pl.Expr, sign: str, tail: str) -> pl.Expr:
    """The text without signs between groups of exactly three digits, where `tail` may follow."""
    if not sign:
        return text
    signs = rf"[{_BLANKS}]" if sign == " " else re.escape(sign)
    is_grouped = text.str.contains(rf"^-?\d{{1,3}}(?:{signs}\d{{3}})+{tail}$")
    return pl.when(is_grouped).then(text.str.replace_all(signs, "")).otherwise(text)
