"""Every claim line and every cent in exactly one bucket; credits meet their claims."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from pipeline.canonical import canonical_table
from pipeline.claims.terms_tables import kinds_of_care
from tests.spec.sql_table_case import PERSON_A, PERSON_B, PERSON_C, run_sql

NOBODY = None
PERSON_D = b"D" * 16
DELIVERED = {"d": 3, "e": 2, "f": 3}
"""Deliveries, and the month of 2026 in which they came."""


def claim(ref: str, pid: bytes | None, opened: str, cents: int, **values: object) -> dict[str, object]:
    """A claim line of hospital care under the Zvw, unless said otherwise."""
    return {
        "line_ref": ref,
        "insurer_code": "9991",
        "pid": pid,
        "delivery_id": "d",
        "opening_date": dt.date.fromisoformat(opened),
        "invoiced_date": dt.date.fromisoformat(opened),
        "declared_cents": cents,
        "care_type_code": "hospital_product",
        "financing_law_code": "Zvw",
        **values,
    }


def lines(folder: Path, claims: list[dict[str, object]], valuation: str = "awarded") -> pl.DataFrame:
    """What comes out, with A insured under contract, B in comparison, C elsewhere, from March 2025 on.

    D, under contract until May, is in the Wlz from June on.
    """
    schema = canonical_table("claim_line").raw_schema
    rows = [{name: row.get(name) for name in schema} for row in claims]
    insured = pl.DataFrame(
        {
            "pid": [PERSON_A, PERSON_B, PERSON_C, PERSON_D],
            "year": [2025] * 4,
            "from_index": [12 * 2025 + 3] * 4,
            "until_index": [*[12 * 2026 + 1] * 3, 12 * 2025 + 6],
            "wlz_from_index": [None, None, None, 12 * 2025 + 6],
            "group_code": ["contracted", "comparison", "other", "contracted"],
        }
    )
    sources = {
        "raw_claim_line": pl.DataFrame(rows, schema=schema),
        "delivery_supplier": pl.DataFrame(
            [(delivery, "zilverzorg", dt.date(2026, month, 1)) for delivery, month in DELIVERED.items()],
            schema=["delivery_id", "supplier", "delivered_on"],
            orient="row",
        ),
        "core_insured_period": insured,
        "canonical_care_type": kinds_of_care(),
        "terms_care_type": pl.DataFrame({"care_type_code": ["hospital_product"]}),
        "terms_law": pl.DataFrame({"financing_law_code": ["Zvw"]}),
        "terms_year": pl.DataFrame({"year": [2024, 2025]}),
        "terms_insurer": pl.DataFrame({"insurer_code": ["9991"]}),
    }
    return run_sql(folder, "claims", "core_claim_line", sources, {"valuation": valuation})


@pytest.mark.parametrize(
    ("row", "bucket"),
    [
        (claim("1", PERSON_A, "2025-06-30", 100), "in_domain"),
        (claim("1", NOBODY, "2025-06-30", 100), "unlinked"),
        (claim("1", PERSON_A, "2025-06-30", -100, corrected_line_ref="gone"), "orphan_credit"),
        (claim("1", PERSON_A, "2023-12-31", 100), "outside_years"),
        (claim("1", PERSON_A, "2024-01-01", 100), "outside_population"),
        (claim("1", PERSON_C, "2025-06-30", 100), "outside_population"),
        (claim("1", b"E" * 16, "2025-06-30", 100), "outside_population"),
        (claim("1", PERSON_A, "2025-06-30", 100, insurer_code="9992"), "outside_population"),
        (claim("1", PERSON_D, "2025-05-31", 100), "in_domain"),
        (claim("1", PERSON_D, "2025-06-01", 100), "outside_population"),
        (claim("1", PERSON_D, "2025-12-31", 100), "outside_population"),
        (claim("1", PERSON_A, "2025-06-30", 100, care_type_code="dental"), "out_of_domain"),
        (claim("1", PERSON_A, "2025-06-30", 100, financing_law_code="Wlz"), "out_of_domain"),
    ],
)
def test_the_first_bucket_that_applies(tmp_path: Path, row: dict[str, object], bucket: str) -> None:
    assert lines(tmp_path, [row])["bucket_code"].to_list() == [bucket]


def test_a_credit_takes_its_claims_year_month_and_kind_of_care(tmp_path: Path) -> None:
    made = lines(
        tmp_path,
        [
            claim("1", PERSON_A, "2025-03-20", 5_000),
            claim("2", PERSON_A, "2026-01-10", -5_000, corrected_line_ref="1", care_type_code="dental"),
        ],
    )
    assert made["year_of_loss"].to_list() == [2025, 2025]
    assert made["month"].unique().to_list() == [dt.date(2025, 3, 1)]
    assert made["chain_ref"].to_list() == ["1", "1"]
    assert made["bucket_code"].to_list() == ["in_domain", "in_domain"]
    assert made["cents"].sum() == 0


def test_care_in_a_month_that_does_not_count_goes_with_the_nearest_month(tmp_path: Path) -> None:
    made = lines(tmp_path, [claim("1", PERSON_B, "2025-01-31", 100)])
    assert made.select("group_code", "bucket_code").row(0) == ("comparison", "in_domain")


def test_awarded_beats_declared_and_a_contract_on_declared_amounts_ignores_it(tmp_path: Path) -> None:
    rows = [
        claim("1", PERSON_A, "2025-06-30", 100, awarded_cents=80),
        claim("2", PERSON_A, "2025-06-30", 100),
        claim("3", PERSON_A, "2025-06-30", 100, awarded_cents=0),
    ]
    assert lines(tmp_path, rows)["cents"].to_list() == [80, 100, 0]
    assert lines(tmp_path, rows)["is_declared"].to_list() == [False, True, False]
    assert lines(tmp_path, rows, "declared")["cents"].to_list() == [100, 100, 100]


def test_the_same_reference_twice_counts_once(tmp_path: Path) -> None:
    """In two deliveries, or with other values: the earliest counts, the other is kept apart with its cents."""
    made = lines(
        tmp_path,
        [
            claim("1", PERSON_A, "2025-06-30", 100),
            claim("1", PERSON_A, "2025-06-30", 100, delivery_id="e"),
            claim("2", PERSON_A, "2025-06-30", -100, corrected_line_ref="1"),
        ],
    )
    assert made.select("delivery_id", "bucket_code", "cents").rows() == [
        ("d", "in_domain", 100),
        ("e", "duplicate", 100),
        ("d", "in_domain", -100),
    ]


@pytest.mark.parametrize(
    ("awarded", "counts"),
    [
        ({"d": None, "e": None, "f": None}, "d"),  # no decision: all are the same line
        ({"d": None, "e": 60, "f": None}, "e"),  # the only decision, though of an older delivery
        ({"d": 70, "e": 60}, "d"),  # the newest delivery, though its decision is the larger one
        ({"d": 60, "e": 70}, "d"),
        ({"d": 0, "e": 70}, "d"),  # refused after all
        ({"d": 90, "e": 10, "f": 80}, "f"),  # of one day
        ({"d": None, "e": 0, "f": 0}, "f"),
    ],
)
def test_of_a_line_in_several_deliveries_the_newest_decision_counts(
    tmp_path: Path, awarded: dict[str, int | None], counts: str
) -> None:
    rows = [
        claim("1", PERSON_A, "2025-06-30", 100, delivery_id=delivery, awarded_cents=cents)
        for delivery, cents in awarded.items()
    ]
    made = lines(tmp_path, rows).filter(pl.col("bucket_code") != "duplicate")
    assert made.select("delivery_id", "cents").rows() == [
        (counts, 100 if awarded[counts] is None else awarded[counts])
    ]


def test_a_credit_of_a_credit_goes_to_the_claim_at_the_head_of_the_chain(tmp_path: Path) -> None:
    made = lines(
        tmp_path,
        [
            claim("1", PERSON_A, "2025-03-01", 100),
            claim("2", PERSON_A, "2025-04-01", -100, corrected_line_ref="1"),
            claim("3", PERSON_A, "2025-05-01", 100, corrected_line_ref="2"),
            claim("4", PERSON_A, "2025-06-01", -100, corrected_line_ref="3"),
        ],
    )
    assert made["chain_ref"].to_list() == ["1"] * 4
    assert made["month"].unique().to_list() == [dt.date(2025, 3, 1)]
    assert made["cents"].sum() == 0


def test_lines_that_credit_one_another_end_the_climb(tmp_path: Path) -> None:
    made = lines(
        tmp_path,
        [
            claim("1", PERSON_A, "2025-03-01", 100, corrected_line_ref="2"),
            claim("2", PERSON_A, "2025-04-01", -100, corrected_line_ref="1"),
        ],
    )
    assert made.height == 2


def test_care_after_entry_into_the_wlz_does_not_go_with_the_nearest_month(tmp_path: Path) -> None:
    made = lines(tmp_path, [claim("1", PERSON_D, "2025-07-01", 100), claim("2", PERSON_D, "2025-02-01", 100)])
    assert made.select("group_code", "bucket_code").rows() == [
        ("wlz", "outside_population"),
        ("contracted", "in_domain"),
    ]


def test_a_credit_is_booked_when_it_was_invoiced_and_stands_with_its_claims_drug(tmp_path: Path) -> None:
    made = lines(
        tmp_path,
        [
            claim("1", PERSON_A, "2025-03-20", 500, atc_code="A10BA02", ddd_thousandths=90_000),
            claim(
                "2",
                PERSON_A,
                "2025-03-20",
                -500,
                corrected_line_ref="1",
                ddd_thousandths=-90_000,
                invoiced_date=dt.date(2025, 7, 31),
            ),
        ],
    )
    assert made["booked_month"].to_list() == [dt.date(2025, 3, 1), dt.date(2025, 7, 1)]
    assert made["atc_code"].to_list() == ["A10BA02"] * 2
    assert made["ddd_thousandths"].sum() == 0


@pytest.mark.parametrize(
    ("care_type", "is_fixed"), [("gp_registration", True), ("gp_consultation", False), ("unheard_of", False)]
)
def test_what_is_paid_by_registration_is_fixed(tmp_path: Path, care_type: str, is_fixed: bool) -> None:
    made = lines(tmp_path, [claim("1", PERSON_A, "2025-03-20", 500, care_type_code=care_type)])
    assert made["is_fixed"].to_list() == [is_fixed]


def test_an_orphan_is_told_whatever_its_bucket(tmp_path: Path) -> None:
    made = lines(
        tmp_path,
        [
            claim("1", NOBODY, "2025-03-20", -500, corrected_line_ref="gone"),
            claim("2", PERSON_A, "2025-03-20", -500, corrected_line_ref="1"),
            claim("3", PERSON_A, "2025-03-20", 500),
        ],
    )
    assert made.select("bucket_code", "is_orphan").rows() == [
        ("unlinked", True),
        ("unlinked", True),
        ("in_domain", False),
    ]
