"""Cost by kind of care: persons once, fixed cost apart from use, drugs in daily doses."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tests.spec.sql_table_case import PERSON_A, PERSON_B, run_sql


def line(
    pid: bytes | None, care_type: str, cents: int, ddd: int | None = None, year: int = 2025
) -> dict[str, object]:
    return {
        "pid": pid,
        "year_of_loss": year,
        "group_code": "contracted",
        "care_type_code": care_type,
        "is_fixed": care_type == "gp_registration",
        "bucket_code": "in_domain",
        "cents": cents,
        "ddd_thousandths": ddd,
    }


def test_a_person_counts_once_a_kind_and_year_and_nobody_not_at_all(tmp_path: Path) -> None:
    lines = [
        line(PERSON_A, "pharmacy", 500, 90_000),
        line(PERSON_A, "pharmacy", -100, -18_000),
        line(PERSON_B, "pharmacy", 300),
        line(None, "pharmacy", 50),
        line(PERSON_A, "gp_registration", 2_000),
        line(PERSON_A, "gp_registration", 1_900, year=2024),
    ]
    schema = {"pid": pl.Binary, "ddd_thousandths": pl.Int64}
    made = run_sql(
        tmp_path,
        "claims",
        "mart_cost_by_kind",
        {"core_claim_line": pl.DataFrame(lines, schema_overrides=schema)},
    )
    columns = (
        "year_of_loss",
        "care_type_code",
        "is_fixed",
        "persons",
        "claim_lines",
        "cents",
        "ddd_thousandths",
    )
    assert made.select(columns).rows() == [
        (2024, "gp_registration", True, 1, 1, 1_900, 0),
        (2025, "gp_registration", True, 1, 1, 2_000, 0),
        (2025, "pharmacy", False, 2, 4, 750, 72_000),
    ]
