"""Payments without a claim, and the insurer's books, a second time: plain loops over plain dicts.

A payment is divided by `pipeline.money.split_cents` and its months are counted out one by one. Every delivery is
of one supplier, zilverzorg.
"""

from __future__ import annotations

import datetime as dt

from pipeline.money import split_cents
from tests.oracles.claims_slowly import Agreed, Row, added_up


def payment_years(payments: list[Row], agreed: Agreed) -> list[Row]:
    """Each payment's months, counted out one by one, by calendar year, in one bucket."""
    counted: dict[str, Row] = {}
    order = (
        *("from_month", "paid_date", "insurer_code", "provider_code", "kind_code", "care_type_code"),
        *("paid_months", "paid_cents", "delivery_id"),
    )
    for payment in sorted(payments, key=lambda row: [row[name] for name in order], reverse=True):
        counted[payment["payment_ref"]] = payment
    found = []
    for payment in payments:
        by_year: dict[int, list[int]] = {}
        number = max(payment["paid_months"], 1)
        parts = split_cents(payment["paid_cents"], [1] * number)
        month = payment["from_month"]
        for cents in parts:
            by_year.setdefault(month.year, []).append(cents)
            month = (month + dt.timedelta(days=31)).replace(day=1)
        copied = (
            "payment_ref",
            "delivery_id",
            "insurer_code",
            "provider_code",
            "care_type_code",
            "kind_code",
        )
        for year, months in by_year.items():
            is_duplicate = counted[payment["payment_ref"]] is not payment
            found.append(
                {
                    **{name: payment[name] for name in copied},
                    "year": year,
                    "group_code": agreed.providers.get(payment["provider_code"], "other"),
                    "bucket_code": "duplicate" if is_duplicate else _payment_bucket(payment, year, agreed),
                    "paid_months": len(months),
                    "cents": sum(months),
                }
            )
    return found


def _payment_bucket(payment: Row, year: int, agreed: Agreed) -> str:
    """The first bucket that applies."""
    if year not in agreed.years:
        return "outside_years"
    if payment["insurer_code"] not in agreed.insurers:
        return "outside_payer"
    if payment["provider_code"] not in agreed.providers:
        return "outside_providers"
    if payment["kind_code"] in agreed.payment_kinds and payment["care_type_code"] in agreed.care_types:
        return "in_domain"
    return "out_of_domain"


def payment_cells(parts: list[Row]) -> list[Row]:
    """Payments, months and cents by year, side, kinds and bucket."""
    by = ("year", "group_code", "care_type_code", "kind_code", "bucket_code")
    return added_up(
        parts,
        by,
        payments=lambda part: 1,
        paid_months=lambda part: part["paid_months"],
        cents=lambda part: part["cents"],
    )


def book_differences(claims: list[Row], books: list[Row]) -> list[Row]:
    """Booked and accepted by label, year of loss and kind of care; every delivery is the one supplier's."""
    until: dict[str, dt.date] = {}
    newest: dict[tuple[str, int, str], Row] = {}
    order = ("booked_lines", "booked_cents", "delivery_id")
    oldest_first = sorted(books, key=lambda row: [row[name] for name in order], reverse=True)
    for total in sorted(oldest_first, key=lambda row: row["as_of_date"]):
        until[total["insurer_code"]] = total["as_of_date"]
        newest[total["insurer_code"], total["year_of_loss"], total["care_type_code"]] = total
    accepted: dict[tuple[str, int, str], list[Row]] = {key: [] for key in newest}
    for line in claims:
        key = (line["insurer_code"], line["year_of_loss"], line["care_type_code"])
        accepted.setdefault(key, []).append(line)
    found = []
    for key, lines in accepted.items():
        insurer, year, care = key
        booked = newest.get(key, {"booked_lines": 0, "booked_cents": 0, "as_of_date": until.get(insurer)})
        as_of = booked["as_of_date"]
        row: Row = {
            "supplier": "zilverzorg",
            "insurer_code": insurer,
            "year_of_loss": year,
            "care_type_code": care,
            "as_of_date": as_of,
            "booked_lines": booked["booked_lines"],
            "booked_cents": booked["booked_cents"],
        }
        for part in ("accepted", "duplicate", "orphan", "after_books"):
            own = [line for line in lines if part in ("accepted", _part(line, as_of))]
            row[f"{part}_lines"] = len(own)
            row[f"{part}_cents"] = sum(line["declared_cents"] for line in own)
        for what in ("lines", "cents"):
            row[f"difference_{what}"] = row[f"booked_{what}"] - row[f"accepted_{what}"]
        found.append(row)
    return found


def _part(line: Row, books_until: dt.date | None) -> str:
    """Which part of the accepted lines, if any, the books cannot hold."""
    if line["bucket_code"] == "duplicate":
        return "duplicate"
    if line["is_orphan"]:
        return "orphan"
    return "after_books" if books_until is not None and line["invoiced_date"] > books_until else "expected"
