"""Person-years: retained and truncated cost add up to what lies in the domain."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.spec.sql_table_case import PERSON_A, run_sql


def person_year(folder: Path, cents: list[int], truncation_cents: int) -> dict[str, object]:
    insured = pl.DataFrame(
        {
            "pid": [PERSON_A],
            "year": [2025],
            "from_index": [12 * 2025 + 1],
            "until_index": [12 * 2025 + 3],
            "birth_year": [1950],
            "sex_code": ["M"],
            "group_code": ["contracted"],
        }
    )
    cost = pl.DataFrame(
        {
            "pid": [PERSON_A] * (len(cents) + 1),
            "year_of_loss": [2025] * (len(cents) + 1),
            "group_code": ["contracted"] * (len(cents) + 1),
            "bucket_code": ["in_domain"] * len(cents) + ["out_of_domain"],
            "cents": [*cents, 999],
        }
    )
    made = run_sql(
        folder,
        "claims",
        "core_person_year",
        {"core_insured_period": insured, "core_person_month": cost},
        {"truncation_cents": truncation_cents},
    )
    return made.row(0, named=True)


@pytest.mark.parametrize(
    ("cents", "retained", "truncated"),
    [
        ([], 0, 0),
        ([4_000, 5_999], 9_999, 0),
        ([4_000, 6_000], 10_000, 0),
        ([4_000, 6_001], 10_000, 1),
        ([-500], -500, 0),
    ],
)
def test_below_at_and_above_the_amount(
    tmp_path: Path, cents: list[int], retained: int, truncated: int
) -> None:
    row = person_year(tmp_path, cents, 10_000)
    assert (row["retained_cents"], row["truncated_cents"]) == (retained, truncated)
    assert row["in_domain_cents"] == retained + truncated
    assert (row["insured_months"], row["age_years"]) == (2, 75)
