"""Payments that are no claim: in whole cents over their months, cut at the turn of the year, each in one bucket."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from pipeline.canonical import canonical_table
from tests.spec.sql_table_case import run_sql

MEMBER, COMPARISON, STRANGER = "06990001", "06990003", "06999999"


def payment(
    ref: str, cents: int, start: str = "2025-01-01", months: int = 3, **values: object
) -> dict[str, object]:
    """An agreed payment of a label of the contract to a member, for hospital care, unless said otherwise."""
    return {
        "delivery_id": "d",
        "payment_ref": ref,
        "insurer_code": "9991",
        "provider_code": MEMBER,
        "kind_code": "availability",
        "care_type_code": "hospital_product",
        "from_month": dt.date.fromisoformat(start),
        "paid_months": months,
        "paid_persons": None,
        "paid_date": dt.date(2025, 6, 30),
        "paid_cents": cents,
        **values,
    }


def parts(folder: Path, rows: list[dict[str, object]]) -> pl.DataFrame:
    """What comes out for a contract that settles 2024 and 2025."""
    sources = {
        "raw_non_claim_payment": pl.DataFrame(rows, schema=canonical_table("non_claim_payment").raw_schema),
        "terms_year": pl.DataFrame({"year": [2024, 2025]}),
        "terms_insurer": pl.DataFrame({"insurer_code": ["9991", "9992"]}),
        "terms_provider": pl.DataFrame(
            {"provider_code": [MEMBER, COMPARISON], "group_code": ["contracted", "comparison"]}
        ),
        "terms_non_claim_kind": pl.DataFrame({"kind_code": ["availability"]}),
        "terms_care_type": pl.DataFrame({"care_type_code": ["hospital_product"]}),
    }
    return run_sql(folder, "claims", "core_non_claim_payment", sources)


@pytest.mark.parametrize(
    ("row", "bucket"),
    [
        (payment("1", 100), "in_domain"),
        (payment("1", 100, provider_code=COMPARISON), "in_domain"),
        (payment("1", 100, "2023-01-01"), "outside_years"),
        (payment("1", 100, insurer_code="9993"), "outside_payer"),
        (payment("1", 100, provider_code=STRANGER), "outside_providers"),
        (payment("1", 100, kind_code="rebate"), "out_of_domain"),
        (payment("1", 100, care_type_code="gp_registration"), "out_of_domain"),
    ],
)
def test_the_first_bucket_that_applies(tmp_path: Path, row: dict[str, object], bucket: str) -> None:
    assert parts(tmp_path, [row])["bucket_code"].to_list() == [bucket]


@pytest.mark.parametrize(
    ("row", "by_year"),
    [
        (payment("1", 300, "2024-12-01", 3), {2024: 100, 2025: 200}),
        (payment("1", 100, "2024-11-01", 4), {2024: 50, 2025: 50}),
        (payment("1", 101, "2024-11-01", 4), {2024: 51, 2025: 50}),
        (payment("1", 103, "2024-11-01", 4), {2024: 52, 2025: 51}),
        (payment("1", -103, "2024-11-01", 4), {2024: -52, 2025: -51}),
        (payment("1", 1, "2024-12-01", 2), {2024: 1, 2025: 0}),
        (payment("1", 2_600, "2023-12-01", 26), {2023: 100, 2024: 1_200, 2025: 1_200, 2026: 100}),
        (payment("1", 70, "2025-12-01", 0), {2025: 70}),
    ],
)
def test_a_payment_is_divided_over_its_months_to_the_cent(
    tmp_path: Path, row: dict[str, object], by_year: dict[int, int]
) -> None:
    """Cents left over go to the first months, one each."""
    made = parts(tmp_path, [row])
    assert dict(made.select("year", "cents").iter_rows()) == by_year


def test_a_part_outside_the_years_is_shown_as_such(tmp_path: Path) -> None:
    made = parts(tmp_path, [payment("1", 200, "2025-12-01", 2)])
    assert made.select("year", "bucket_code", "cents").rows() == [
        (2025, "in_domain", 100),
        (2026, "outside_years", 100),
    ]


def test_the_same_reference_twice_counts_once(tmp_path: Path) -> None:
    made = parts(tmp_path, [payment("1", 100, delivery_id="e"), payment("1", 100), payment("2", 7)])
    assert made.select("payment_ref", "delivery_id", "bucket_code").rows() == [
        ("1", "d", "in_domain"),
        ("1", "e", "duplicate"),
        ("2", "d", "in_domain"),
    ]


def test_payments_are_added_up_by_side_and_kind(tmp_path: Path) -> None:
    rows = [payment("1", 100), payment("2", -30), payment("3", 5, provider_code=COMPARISON)]
    cells = run_sql(
        tmp_path, "claims", "mart_non_claim_cell", {"core_non_claim_payment": parts(tmp_path, rows)}
    )
    assert cells.select("group_code", "payments", "paid_months", "cents").rows() == [
        ("comparison", 1, 3, 5),
        ("contracted", 2, 6, 70),
    ]
