"""What insurers and providers pay each other without a claim: `payments.yaml` says what, how much and when."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from pipeline.demo.exports import comma_euros, dutch_date, source_codes, write_export
from pipeline.demo.files import RegionFile

TABLE = "non_claim_payment"
SETTINGS = "payments.yaml"
_PAYER = ["insurer_code", "provider_code"]
_QUARTERS = (1, 4, 7, 10)


@cache
def agreed() -> dict[str, dict[str, Any]]:
    """The kinds of payment that `payments.yaml` describes."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(
        Path(__file__).with_name(SETTINGS).read_text(encoding="utf-8")
    )
    return found


def registered_persons(insured: pl.DataFrame, year: int) -> pl.DataFrame:
    """How many are registered with a practice on the first day of each quarter.

    Args:
        insured: insurer_code, general_practice_code, first_day and last_day (both included).
        year: the calendar year.

    Returns:
        insurer_code, provider_code, from_month, persons.
    """
    quarters = pl.DataFrame({"from_month": [dt.date(year, month, 1) for month in _QUARTERS]})
    there = insured.filter(pl.col("general_practice_code").is_not_null()).join_where(
        quarters,
        pl.col("first_day") <= pl.col("from_month"),
        pl.col("last_day") >= pl.col("from_month"),
    )
    key = ["insurer_code", "general_practice_code", "from_month"]
    counted = there.group_by(key).agg(persons=pl.len().cast(pl.Int64))
    return counted.rename({"general_practice_code": "provider_code"}).sort(*_PAYER, "from_month")


def payments(
    registered: pl.DataFrame, claims: pl.DataFrame, before: pl.DataFrame | None, year: int
) -> pl.DataFrame:
    """All payments of one insurer that belong to `year`.

    Args:
        registered: of `registered_persons`.
        claims: insurer_code, provider_code, is_hospital, is_pharmacy, cents: what providers claimed of the year.
        before: the same of the year before; None in the first year.
        year: the calendar year.

    Returns:
        number (the payment's own, in order of day), insurer_code, provider_code, kind_code, care_type_code,
        from_month, paid_months, paid_persons (null where none are counted), paid_date, paid_cents.
    """
    hospitals = claims.filter("is_hospital")
    usual = hospitals if before is None else before.filter("is_hospital")
    found = [
        _capitation(registered),
        _of_claims("availability", usual, dt.date(year, *agreed()["availability"]["paid_on"])),
        _of_claims("advance", usual, dt.date(year, *agreed()["advance"]["paid_on"])),
        _of_claims("advance", usual, dt.date(year, *agreed()["advance"]["taken_back_on"]), sign=-1),
        _of_claims(
            "rebate", claims.filter("is_pharmacy"), dt.date(year + 1, *agreed()["rebate"]["paid_on"]), sign=-1
        ),
    ]
    if before is not None:
        found.append(_above_ceiling(hospitals, usual, year))
    whole = pl.concat(
        frame.with_columns(from_month=pl.col("from_month").fill_null(dt.date(year, 1, 1))) for frame in found
    )
    order = ["paid_date", "kind_code", *_PAYER, "paid_cents"]
    return whole.filter(pl.col("paid_cents") != 0).sort(order).with_row_index("number", offset=1)


def write_payments(
    path: Path, paid: pl.DataFrame, *, supplier: str, year: int, known_to: dt.date
) -> RegionFile:
    """Write what was paid up to a day, for the delivery of `year`; a payment keeps its number in later ones."""
    known = paid.filter(pl.col("paid_date") <= known_to)
    rows = known.select(
        betaalnummer=pl.format("B{}-{}", pl.lit(year), pl.col("number").cast(pl.String).str.zfill(6)),
        uzovi="insurer_code",
        agb="provider_code",
        soort=pl.col("kind_code").replace_strict(source_codes(TABLE, "kind_code")),
        zorgsoort=pl.col("care_type_code").replace_strict(source_codes(TABLE, "care_type_code")),
        vanaf_maand=dutch_date(pl.col("from_month")),
        aantal_maanden="paid_months",
        aantal_verzekerden="paid_persons",
        betaaldatum=dutch_date(pl.col("paid_date")),
        bedrag=comma_euros(pl.col("paid_cents")),
    )
    cents = int(known["paid_cents"].sum())
    return write_export(path, rows, supplier=supplier, table=TABLE, year=year, cents=cents, known_to=known_to)


def _capitation(registered: pl.DataFrame) -> pl.DataFrame:
    rule = agreed()["capitation"]
    day = pl.col("from_month") + pl.duration(days=rule["paid_on_day"] - 1)
    cents = pl.col("persons") * rule["cents_per_quarter"]
    return _payment("capitation", registered, day=day, cents=cents, months=3, persons=pl.col("persons"))


def _of_claims(kind: str, claims: pl.DataFrame, day: dt.date, *, sign: int = 1) -> pl.DataFrame:
    """A share of what each provider claimed, over the whole year."""
    cents = sign * _whole(pl.col("cents") * agreed()[kind]["share_of_claims"])
    return _payment(kind, _whole_year(claims), day=pl.lit(day), cents=cents, months=12)


def _above_ceiling(claims: pl.DataFrame, before: pl.DataFrame, year: int) -> pl.DataFrame:
    """What hospitals pay back of what they claimed above their ceiling."""
    rule = agreed()["ceiling_settlement"]
    both = claims.join(before.select(*_PAYER, earlier="cents"), on=_PAYER, validate="1:1")
    above = pl.col("cents") - _whole(pl.col("earlier") * rule["ceiling"])
    day = pl.lit(dt.date(year + 1, *rule["paid_on"]))
    return _payment("ceiling_settlement", _whole_year(both), day=day, cents=-above.clip(0), months=12)


def _whole_year(claims: pl.DataFrame) -> pl.DataFrame:
    return claims.with_columns(from_month=pl.lit(None, dtype=pl.Date))


def _payment(
    kind: str,
    of: pl.DataFrame,
    *,
    day: pl.Expr,
    cents: pl.Expr,
    months: int,
    persons: pl.Expr | None = None,
) -> pl.DataFrame:
    return of.select(
        *_PAYER,
        kind_code=pl.lit(kind),
        care_type_code=pl.lit(agreed()[kind]["care_type"]),
        from_month="from_month",
        paid_months=pl.lit(months, dtype=pl.Int16),
        paid_persons=(pl.lit(None) if persons is None else persons).cast(pl.Int32),
        paid_date=day.cast(pl.Date),
        paid_cents=cents.cast(pl.Int64),
    )


def _whole(cents: pl.Expr) -> pl.Expr:
    return (cents + 0.5).floor().cast(pl.Int64)
