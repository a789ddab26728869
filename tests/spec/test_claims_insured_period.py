"""Insured months: whole months, once each, on the side where the person lived."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import polars as pl

from pipeline.claims.terms_tables import calendar_month, calendar_year
from tests.spec.sql_table_case import PERSON_A, PERSON_B, area, run_sql


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
            "general_practice_code": ["01990101"] * len(rows),
            "wlz_from_month": [None] * len(rows),
        },
        schema_overrides={"pid": pl.Binary, "wlz_from_month": pl.Date},
    )


def in_wlz(raw: pl.DataFrame, since: str) -> pl.DataFrame:
    """The rows, the last of which says since when the person is in the Wlz."""
    is_last = pl.int_range(pl.len()) == raw.height - 1
    return raw.with_columns(wlz_from_month=pl.when(is_last).then(dt.date.fromisoformat(since)))


def stretches(folder: Path, raw: pl.DataFrame) -> list[tuple[object, ...]]:
    """(person, year, first month, last month, group) of each stretch."""
    sources = {
        "raw_insured": raw,
        "calendar_month": calendar_month([2024, 2025]),
        "calendar_year": calendar_year([2024, 2025]),
        "terms_area": area(),
        "terms_insurer": pl.DataFrame({"insurer_code": ["9991", "9992"]}),
    }
    made = run_sql(folder, "claims", "core_insured_period", sources)
    first, last = pl.col("from_index") - 12 * pl.col("year"), pl.col("until_index") - 1 - 12 * pl.col("year")
    return made.select("pid", "year", first=first, last=last, group="group_code").rows()


def test_a_period_is_cut_at_the_turn_of_the_year(tmp_path: Path) -> None:
    made = stretches(tmp_path, insured((PERSON_A, "2024-11-01", 3, 1980, "531")))
    assert made == [(PERSON_A, 2024, 11, 12, "contracted"), (PERSON_A, 2025, 1, 1, "contracted")]


def test_a_period_without_a_counted_month_gives_no_row(tmp_path: Path) -> None:
    assert stretches(tmp_path, insured((PERSON_A, "2024-12-01", 0, 1980, "531"))) == []


def test_periods_that_meet_but_do_not_overlap_stay_whole(tmp_path: Path) -> None:
    made = stretches(
        tmp_path,
        insured((PERSON_A, "2024-01-01", 6, 1980, "531"), (PERSON_A, "2024-07-01", 6, 1980, "541")),
    )
    assert made == [(PERSON_A, 2024, 1, 6, "contracted"), (PERSON_A, 2024, 7, 12, "comparison")]


def test_overlapping_periods_count_a_month_once_and_the_later_period_says_where(tmp_path: Path) -> None:
    made = stretches(
        tmp_path,
        insured((PERSON_A, "2024-01-01", 12, 1980, "531"), (PERSON_A, "2024-07-01", 12, 1980, "541")),
    )
    assert [first for _, year, first, last, _ in made if year == 2024 and first == last] == [*range(1, 13)]
    assert len(made) == 18
    assert Counter(group for *_, group in made) == {"contracted": 6, "comparison": 12}


def test_who_lives_elsewhere_or_has_no_pseudonym(tmp_path: Path) -> None:
    made = stretches(
        tmp_path, insured((PERSON_B, "2024-01-01", 1, 1980, "999"), (None, "2024-01-01", 12, 1980, "531"))
    )
    assert made == [(PERSON_B, 2024, 1, 1, "other")]


def test_a_move_between_labels_of_the_contract_leaves_no_gap(tmp_path: Path) -> None:
    raw = insured((PERSON_A, "2024-07-01", 6, 1980, "531"), (PERSON_A, "2025-01-01", 6, 1980, "531"))
    labels = raw.with_columns(insurer_code=pl.Series(["9991", "9992"]))
    made = stretches(tmp_path, labels)
    assert made == [(PERSON_A, 2024, 7, 12, "contracted"), (PERSON_A, 2025, 1, 6, "contracted")]


def test_a_move_to_another_insurer_ends_the_months(tmp_path: Path) -> None:
    raw = insured((PERSON_A, "2024-07-01", 6, 1980, "531"), (PERSON_A, "2025-01-01", 6, 1980, "531"))
    moved = raw.with_columns(insurer_code=pl.Series(["9991", "9993"]))
    assert stretches(tmp_path, moved) == [(PERSON_A, 2024, 7, 12, "contracted")]


def test_entry_into_the_wlz_ends_exposure(tmp_path: Path) -> None:
    """Within a period, at its first month, after its last."""
    raw = insured((PERSON_A, "2025-01-01", 12, 1940, "531"))
    assert stretches(tmp_path, in_wlz(raw, "2025-05-01")) == [
        (PERSON_A, 2025, 1, 4, "contracted"),
        (PERSON_A, 2025, 5, 12, "wlz"),
    ]
    assert stretches(tmp_path, in_wlz(raw, "2025-01-01")) == [(PERSON_A, 2025, 1, 12, "wlz")]
    assert stretches(tmp_path, in_wlz(raw, "2026-01-01")) == [(PERSON_A, 2025, 1, 12, "contracted")]


def test_entry_that_one_period_tells_holds_for_all_of_the_persons_periods(tmp_path: Path) -> None:
    raw = insured((PERSON_A, "2024-01-01", 12, 1940, "531"), (PERSON_A, "2025-01-01", 12, 1940, "541"))
    assert stretches(tmp_path, in_wlz(raw, "2024-11-01")) == [
        (PERSON_A, 2024, 1, 10, "contracted"),
        (PERSON_A, 2024, 11, 12, "wlz"),
        (PERSON_A, 2025, 1, 12, "wlz"),
    ]
