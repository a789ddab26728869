"""What was expected of a value that is no date or number, and what it looks like instead: never the value itself."""

from __future__ import annotations

import re

import polars as pl

from pipeline.intake.columns.notation import DATES, DIGITS, EARLIEST, Notation

_SHOWN = {"%d": "DD", "%m": "MM", "%Y": "YYYY", "%H": "hh", "%M": "mm", "%S": "ss"}
_SHAPES = {"%d": r"\d{1,2}", "%m": r"\d{1,2}", "%Y": r"\d{4}", "%H": r"\d\d", "%M": r"\d\d", "%S": r"\d\d"}
_SHORT_YEAR = r"^\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2}$"


def date_shown(pattern: str) -> str:
    """A strftime pattern as people write it: DD-MM-YYYY."""
    return _replaced(pattern, _SHOWN)


def date_reason(name: str, value: pl.Expr, notation: Notation) -> pl.Expr:
    """Why the text is no date, for the rows where it is none."""
    days = value.str.to_date(notation.dates, strict=False)
    others = [pattern for pattern in DATES if pattern != notation.dates]
    cases = [
        (value.str.contains("^0+$"), " (it holds zeros only)"),
        (value.str.contains(_SHORT_YEAR), " (its year has two digits)"),
        (days < EARLIEST, f" (it lies before {EARLIEST.year})"),
        *(
            (Notation(pattern).date(value).is_not_null(), f" (it looks like {date_shown(pattern)})")
            for pattern in others
        ),
        (value.str.contains(f"^{_replaced(re.escape(notation.dates), _SHAPES)}$"), " (there is no such day)"),
    ]
    return _said(f"{name} is no existing date written as {date_shown(notation.dates)}", cases)


def amount_reason(name: str, value: pl.Expr, notation: Notation) -> pl.Expr:
    """Why the text is no amount, for the rows where it is none."""
    own = notation.decimal
    long = (value.str.count_matches(r"\d") > DIGITS, " (it has more digits than an amount can have)")
    if not own:
        cases = [(value.str.contains(r"\d[.,]\d"), " (it has a sign for decimals or thousands)"), long]
        return _said(f"{name} is no number: an amount in whole cents was expected", cases)
    other = "." if own == "," else ","
    cases = [
        (
            value.str.contains(rf"\d\{own}\d{{3}}(?:\{own}\d{{3}})*\{other}\d"),
            f" ('{own}' stands before thousands and '{other}' before decimals: they look swapped)",
        ),
        (value.str.contains(rf"\d\{other}\d{{1,2}}$"), f" (it looks written with '{other}')"),
        (value.str.contains(rf"\{own}\d{{3,}}$"), f" (more than two digits follow the '{own}')"),
        long,
    ]
    return _said(f"{name} is no number: an amount in euros with '{own}' before the cents was expected", cases)


def count_reason(name: str, value: pl.Expr) -> pl.Expr:
    """Why the text is no whole number, for the rows where it is none."""
    cases = [(value.str.contains(r"\d[.,]\d"), " (it has decimals, or a sign between thousands)")]
    return _said(f"{name} is no number: a whole number was expected", cases)


def _said(expected: str, cases: list[tuple[pl.Expr, str]]) -> pl.Expr:
    """What was expected, with the first case that holds."""
    looks = pl.coalesce(
        [pl.when(holds).then(pl.lit(said, dtype=pl.String)) for holds, said in cases]
        + [pl.lit("", dtype=pl.String)]
    )
    return pl.lit(expected) + looks


def _replaced(pattern: str, parts: dict[str, str]) -> str:
    return re.sub("%[dmYHMS]", lambda found: parts[found[0]], pattern)
