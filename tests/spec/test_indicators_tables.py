"""Indicators: from operations and answers to one value with its interval, worked by hand."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.canonical import canonical_table
from pipeline.indicators.build import TABLES
from pipeline.indicators.intervals import count_limits
from pipeline.indicators.results import complication_ratio, eq5d_change
from pipeline.lake.sql import sql_table
from tests.spec.sql_table_case import PERSON_A, run_sql

OURS, OTHER, THEIRS, NOBODYS = "06990001", "06990002", "06990003", "06999999"
PROVIDERS = pl.DataFrame(
    {"provider_code": [OURS, OTHER, THEIRS], "group_code": ["contracted", "contracted", "comparison"]}
)


def operations(*rows: tuple[str, str, str, str, str, bool], delivery: str = "first") -> pl.DataFrame:
    """Rows of (reference, hospital, day, procedure, ASA class, complication)."""
    names = ["event_ref", "provider_code", "event_date", "procedure_code", "asa_code", "has_complication"]
    schema = canonical_table("clinical_event").raw_schema
    given: list[dict[str, Any]] = [dict(zip(names, row, strict=True)) for row in rows]
    full = [
        {
            **dict.fromkeys(schema),
            **row,
            "pid": PERSON_A,
            "delivery_id": delivery,
            "event_date": dt.date.fromisoformat(row["event_date"]),
        }
        for row in given
    ]
    return pl.DataFrame(full, schema=schema)


def answers(*rows: tuple[str, str, str], delivery: str = "first") -> pl.DataFrame:
    """Rows of (operation, moment, answers)."""
    schema = canonical_table("patient_report").raw_schema
    full = [
        {
            **dict.fromkeys(schema),
            "delivery_id": delivery,
            "event_ref": ref,
            "moment_code": moment,
            "answers_code": code,
            "instrument_code": "EQ-5D-5L",
        }
        for ref, moment, code in rows
    ]
    return pl.DataFrame(full, schema=schema)


def tables(folder: Path, events: pl.DataFrame, reports: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Every table of the indicators' step, in the order it makes them."""
    seen = {"raw_clinical_event": events, "raw_patient_report": reports, "terms_provider": PROVIDERS}
    for table in TABLES:
        sources = {name: seen[name] for name in sql_table("indicators", table).sources}
        seen[table] = run_sql(folder, "indicators", table, sources)
    return seen


def test_operations_of_all_hospitals_count_in_their_year(tmp_path: Path) -> None:
    raw = operations(
        ("1", OURS, "2025-01-01", "hip", "2", False),
        ("2", OURS, "2025-12-31", "hip", "2", True),
        ("3", OURS, "2024-12-31", "hip", "2", True),
        ("4", OURS, "2025-06-01", "knee", "2", False),
        ("5", THEIRS, "2025-06-01", "hip", "2", True),
        ("6", NOBODYS, "2025-06-01", "hip", "2", True),
    )
    assert tables(tmp_path, raw, answers())["mart_complication_cell"].rows() == [
        (2024, "contracted", OURS, "hip", "2", 1, 1),
        (2025, "comparison", THEIRS, "hip", "2", 1, 1),
        (2025, "contracted", OURS, "hip", "2", 2, 1),
        (2025, "contracted", OURS, "knee", "2", 1, 0),
        (2025, "other", NOBODYS, "hip", "2", 1, 1),
    ]


def test_answers_meet_by_operation(tmp_path: Path) -> None:
    raw = operations(
        *(
            (ref, hospital, "2025-06-01", "hip", "2", False)
            for ref, hospital in (("1", OURS), ("2", OURS), ("3", OURS), ("4", OTHER), ("5", THEIRS))
        )
    )
    reports = answers(
        ("1", "before", "33333"),
        ("1", "after", "11111"),
        ("2", "after", "11111"),
        ("4", "before", "33333"),
        ("4", "after", "11111"),
        ("gone", "before", "33333"),
    )
    made = tables(tmp_path, raw, reports)
    assert made["mart_eq5d_change"].rows() == [
        (2025, "comparison", THEIRS, "none", "none", 1, 0, 0),
        (2025, "contracted", OURS, "33333", "11111", 1, 1, 1),
        (2025, "contracted", OURS, "none", "11111", 1, 0, 1),
        (2025, "contracted", OURS, "none", "none", 1, 0, 0),
        (2025, "contracted", OTHER, "33333", "11111", 1, 1, 1),
    ]
    assert made["mart_report_bucket"].rows() == [
        ("first", "EQ-5D-5L", "after", "counted", 3),
        ("first", "EQ-5D-5L", "before", "counted", 2),
        ("first", "EQ-5D-5L", "before", "without_operation", 1),
    ]


def test_an_operation_and_its_answers_delivered_twice_count_once(tmp_path: Path) -> None:
    """Corrected in the second delivery: one row counts, the same whichever came first; the other is counted."""
    both = ("first", "second")
    raw = pl.concat(
        operations(("1", OURS, "2025-06-01", "hip", asa, True), delivery=delivery)
        for delivery, asa in zip(both, ("3", "2"), strict=True)
    )
    reports = pl.concat(
        answers(("1", "before", "33333"), ("1", "after", "11111"), delivery=delivery) for delivery in both
    )
    made = tables(tmp_path, raw, reports)
    assert made["mart_complication_cell"].rows() == [
        (2025, "contracted", OURS, "hip", "2", 1, 1),
        (2025, "duplicate", OURS, "hip", "3", 1, 1),
    ]
    assert made["mart_eq5d_change"].rows() == [
        (2025, "contracted", OURS, "33333", "11111", 1, 1, 1),
        (2025, "duplicate", OURS, "none", "none", 1, 0, 0),
    ]
    buckets = (
        made["mart_report_bucket"].group_by("bucket_code").agg(pl.col("reports").sum()).sort("bucket_code")
    )
    assert buckets.rows() == [("counted", 2), ("duplicate", 2)]
    turned = tables(tmp_path, raw.reverse(), reports.reverse())
    assert all(turned[name].equals(made[name]) for name in TABLES)


def complication_cells(*rows: tuple[str, str, str, int, int]) -> pl.DataFrame:
    """Rows of (side, procedure, ASA class, operations, complications) in 2025."""
    names = ["group_code", "procedure_code", "asa_code", "operations", "complications"]
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(year=pl.lit(2025))


COMPLICATIONS = complication_cells(
    ("comparison", "hip", "1", 100, 2),
    ("comparison", "hip", "1", 100, 4),  # another hospital: 3 % together
    ("comparison", "hip", "3", 50, 5),  # 10 %
    ("contracted", "hip", "1", 100, 6),  # 3 expected
    ("contracted", "hip", "3", 10, 1),  # 1 expected
    ("contracted", "knee", "1", 25, 0),  # their mean: 11 of 250, so 1.1 expected
)


def test_complications_observed_over_expected() -> None:
    found = complication_ratio(COMPLICATIONS, 2025, "contracted")
    assert found is not None
    assert (found.numerator, found.denominator) == (7, 135)
    assert found.expected == pytest.approx(3 + 1 + 1.1)
    assert found.value == pytest.approx(7 / 5.1)
    lower, upper = count_limits(7)
    assert (found.lower, found.upper) == pytest.approx((lower / 5.1, upper / 5.1))


def test_the_comparison_hospitals_have_a_ratio_of_one() -> None:
    found = complication_ratio(COMPLICATIONS, 2025, "comparison")
    assert found is not None
    assert found.value == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize(
    "table",
    [
        COMPLICATIONS.filter(pl.col("group_code") == "comparison"),
        COMPLICATIONS.filter(pl.col("group_code") == "contracted"),
        COMPLICATIONS.with_columns(complications=pl.lit(0)),
        COMPLICATIONS.with_columns(year=pl.lit(2024)),
    ],
    ids=["no operations", "no comparison", "no complications there", "another year"],
)
def test_without_numbers_there_is_no_ratio(table: pl.DataFrame) -> None:
    assert complication_ratio(table, 2025, "contracted") is None


def changes(*rows: tuple[str, str, int]) -> pl.DataFrame:
    """Rows of (before, after, operations) of the contracted hospitals in 2025."""
    frame = pl.DataFrame(rows, schema=["before_code", "after_code", "operations"], orient="row")
    return frame.with_columns(year=pl.lit(2025), group_code=pl.lit("contracted"))


def test_the_mean_change_of_who_answered_twice() -> None:
    """From 33333 (0.511) to 11111 (1) three times, from 11111 to 21111 (0.918) once."""
    table = changes(
        ("33333", "11111", 3),
        ("11111", "21111", 1),
        ("33333", "none", 5),
        ("none", "11111", 1),
        ("66666", "11111", 1),
        ("333333", "11111", 1),
    )
    found = eq5d_change(table, 2025, "contracted")
    assert found is not None
    assert (found.numerator, found.denominator) == (4, 12), "the response shows"
    assert found.value == pytest.approx((3 * 0.489 - 0.082) / 4)
    spread = (3 * (0.489 - found.value) ** 2 + (-0.082 - found.value) ** 2) / 3
    assert found.upper - found.value == pytest.approx(1.959964 * math.sqrt(spread / 4))
    assert found.value - found.lower == pytest.approx(found.upper - found.value)


def test_one_answer_has_no_interval_and_none_no_value() -> None:
    one = eq5d_change(changes(("33333", "11111", 1)), 2025, "contracted")
    assert one is not None
    assert one.value == pytest.approx(0.489)
    assert math.isnan(one.lower)
    assert eq5d_change(changes(("33333", "none", 9)), 2025, "contracted") is None
    assert eq5d_change(changes(("33333", "11111", 1)), 2024, "contracted") is None
    assert eq5d_change(changes(("33333", "11111", 1)), 2025, "comparison") is None
