"""Insured months: whole months, once each, on the side where the person lived."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from tests.spec.sql_table_case import PERSON_A, PERSON_B, area, calendar, run_sql


def insured(*rows: tuple[bytes | None, str, int, int, str]) -> pl.DataFrame:
    """Rows of (person, from month, months, birth year, postcode)."""
    return pl.DataFrame(
        {
            "pid": [row[0] for row in rows],
            "delivery_id": ["d"] * len(rows),
            "insurer_code": ["9991"] * len(rows),
            "birth_year": [row[3] for row in rows],
            "sex_code": ["F"] * len(rows),
            "postcode3_code": [row[4] for row in rows],
            "from_month": [dt.date.fromisoformat(row[1]) for row in rows],
            "insured_months": [row[2] for row in rows],
        },
        schema_overrides={"pid": pl.Binary},
    )


def months(folder: Path, raw: pl.DataFrame) -> pl.DataFrame:
    sources = {"raw_insured": raw, "calendar_month": calendar([2024, 2025]), "terms_area": area()}
    return run_sql(folder, "claims", "core_insured_month", sources)


def test_a_period_counts_its_months_and_no_more(tmp_path: Path) -> None:
    made = months(tmp_path, insured((PERSON_A, "2024-11-01", 3, 1980, "531")))
    assert made["month"].to_list() == [dt.date(2024, 11, 1), dt.date(2024, 12, 1), dt.date(2025, 1, 1)]
    assert made["year"].to_list() == [2024, 2024, 2025]


def test_a_period_without_a_counted_month_gives_no_row(tmp_path: Path) -> None:
    assert months(tmp_path, insured((PERSON_A, "2024-12-01", 0, 1980, "531"))).is_empty()


def test_overlapping_periods_count_a_month_once_and_the_later_period_says_where(tmp_path: Path) -> None:
    made = months(
        tmp_path,
        insured((PERSON_A, "2024-01-01", 12, 1980, "531"), (PERSON_A, "2024-07-01", 12, 1980, "541")),
    )
    assert made.height == 18
    by_group = dict(made.group_by("group_code").len().rows())
    assert by_group == {"contracted": 6, "comparison": 12}


def test_who_lives_elsewhere_or_has_no_pseudonym(tmp_path: Path) -> None:
    made = months(
        tmp_path, insured((PERSON_B, "2024-01-01", 1, 1980, "999"), (None, "2024-01-01", 12, 1980, "531"))
    )
    assert made.select("pid", "group_code").rows() == [(PERSON_B, "other")]
