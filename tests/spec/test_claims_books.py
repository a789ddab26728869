"""The insurer's books against what came: the newest of each key, and the parts that the books cannot hold."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.canonical import canonical_table
from tests.spec.sql_table_case import run_sql

CARE = "hospital_product"


def booked(delivery: str, day: str, lines: int, cents: int, **values: Any) -> dict[str, Any]:
    return {
        "delivery_id": delivery,
        "insurer_code": "9991",
        "year_of_loss": 2025,
        "care_type_code": CARE,
        "as_of_date": dt.date.fromisoformat(day),
        "booked_lines": lines,
        "booked_cents": cents,
        **values,
    }


def line(
    cents: int, bucket: str = "in_domain", invoiced_date: str = "2025-06-01", **values: Any
) -> dict[str, Any]:
    return {
        "delivery_id": "first",
        "insurer_code": "9991",
        "year_of_loss": 2025,
        "care_type_code": CARE,
        "invoiced_date": dt.date.fromisoformat(invoiced_date),
        "bucket_code": bucket,
        "is_orphan": bucket == "orphan_credit",
        "declared_cents": cents,
        **values,
    }


def held(folder: Path, books: list[dict[str, Any]], lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    sources = {
        "raw_control_total": pl.DataFrame(books, schema=canonical_table("control_total").raw_schema),
        "core_claim_line": pl.DataFrame(lines),
        "delivery_supplier": pl.DataFrame(
            {"delivery_id": ["first", "second"], "supplier": ["zilverzorg", "zilverzorg"]}
        ),
    }
    return run_sql(folder, "claims", "mart_book_difference", sources).to_dicts()


def test_what_came_is_what_was_booked(tmp_path: Path) -> None:
    (row,) = held(tmp_path, [booked("first", "2025-12-31", 2, 70)], [line(100), line(-30)])
    assert (row["accepted_lines"], row["accepted_cents"]) == (2, 70)
    assert (row["difference_lines"], row["difference_cents"]) == (0, 0)


def test_the_newest_books_count(tmp_path: Path) -> None:
    books = [booked("second", "2026-06-30", 3, 300), booked("first", "2025-12-31", 2, 200)]
    (row,) = held(tmp_path, books, [line(100)])
    assert (row["booked_lines"], row["booked_cents"], row["as_of_date"]) == (3, 300, dt.date(2026, 6, 30))
    assert row["difference_cents"] == 200


def test_duplicates_orphans_and_what_was_invoiced_later_are_parts_of_what_came(tmp_path: Path) -> None:
    lines = [
        line(100),
        line(100, "duplicate", delivery_id="second"),
        line(-40, "orphan_credit"),
        line(-3, "unlinked", is_orphan=True),
        line(7, invoiced_date="2026-01-01"),
        line(5, "duplicate", "2026-01-01"),
    ]
    (row,) = held(tmp_path, [booked("first", "2025-12-31", 1, 100)], lines)
    parts = ("accepted", "duplicate", "orphan", "after_books")
    assert [(row[f"{part}_lines"], row[f"{part}_cents"]) for part in parts] == [
        (6, 169),
        (2, 105),
        (2, -43),
        (1, 7),
    ]
    explained = row["duplicate_cents"] + row["orphan_cents"] + row["after_books_cents"]
    assert row["difference_cents"] == -explained


def test_what_was_invoiced_after_the_day_of_its_own_books_is_not_in_them(tmp_path: Path) -> None:
    """Books of hospital care are of 15 June; the label's newest, of dental care, of a year later."""
    books = [
        booked("first", "2025-06-15", 1, 100),
        booked("second", "2026-06-30", 1, 8, care_type_code="dental"),
    ]
    lines = [
        line(100, invoiced_date="2025-06-15"),
        line(7, invoiced_date="2025-06-16"),
        line(8, invoiced_date="2025-06-16", care_type_code="dental"),
        line(5, invoiced_date="2026-06-30", care_type_code="home_care"),
        line(3, invoiced_date="2026-07-01", care_type_code="home_care"),
    ]
    found = [
        (row["care_type_code"], str(row["as_of_date"]), row["after_books_lines"], row["after_books_cents"])
        for row in held(tmp_path, books, lines)
    ]
    assert found == [
        ("dental", "2026-06-30", 0, 0),
        ("home_care", "2026-06-30", 1, 3),
        (CARE, "2025-06-15", 1, 7),
    ]


def test_booked_and_not_come_come_and_not_booked_and_a_label_without_books(tmp_path: Path) -> None:
    rows = held(
        tmp_path,
        [booked("first", "2025-12-31", 1, 100)],
        [line(30, care_type_code="dental"), line(9, insurer_code="9992")],
    )
    found = [
        (row["insurer_code"], row["care_type_code"], row["as_of_date"], row["difference_cents"])
        for row in rows
    ]
    assert found == [
        ("9991", "dental", dt.date(2025, 12, 31), -30),
        ("9991", CARE, dt.date(2025, 12, 31), 100),
        ("9992", CARE, None, -9),
    ]
