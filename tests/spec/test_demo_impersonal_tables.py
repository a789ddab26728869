"""What insurers and hospitals deliver that is not about persons: small tables in, exports out, taken in whole."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from pipeline.demo.files import RegionFile, mapping_path
from pipeline.demo.impersonal.access import simulate_access
from pipeline.demo.impersonal.books import book_totals, together
from pipeline.demo.impersonal.hospitals import hospital_files
from pipeline.demo.impersonal.insurers import insurer_files
from pipeline.demo.impersonal.payments import payments, registered_persons
from pipeline.demo.impersonal.survey import simulate_survey
from pipeline.demo.parameters import Hospital
from pipeline.demo.streams import Streams
from pipeline.intake.check import check_file
from pseudonymisation.bsn import judge

INTERIM, WHOLE = dt.date(2025, 9, 30), dt.date(2026, 6, 30)
LEDGER = pl.DataFrame(
    [
        # label, provider, kind of care, year of loss, invoiced, cents
        ("9991", "06990001", "hospital_product", 2025, dt.date(2025, 5, 31), 100_000),
        ("9991", "06990001", "hospital_product", 2025, dt.date(2026, 2, 28), 50_000),
        ("9991", "06990001", "hospital_product", 2024, dt.date(2025, 3, 31), -20_000),
        ("9991", "02990001", "pharmacy", 2025, dt.date(2025, 9, 30), 3_000),
        ("9992", "02990001", "pharmacy", 2025, dt.date(2025, 10, 31), 1_000),
    ],
    schema={
        "insurer_code": pl.String, "provider_code": pl.String, "care_type_code": pl.String,
        "year_of_loss": pl.Int32, "invoiced_date": pl.Date, "declared_cents": pl.Int64,
    },
    orient="row",
)  # fmt: skip
PROVIDERS = pl.DataFrame(
    [
        ("06990001", "hospital", "531"),
        ("02990001", "pharmacy", "532"),
        ("01990001", "general_practice", "533"),
    ],
    schema=["provider_code", "kind_code", "postcode3_code"],
    orient="row",
)
INSURED = pl.DataFrame(
    [
        ("9991", "01990001", dt.date(2025, 1, 1), dt.date(2025, 12, 31)),
        ("9991", "01990001", dt.date(2025, 4, 2), dt.date(2025, 12, 31)),
        ("9991", "01990001", dt.date(2025, 1, 1), dt.date(2025, 4, 1)),
        ("9991", None, dt.date(2025, 1, 1), dt.date(2025, 12, 31)),
    ],
    schema=["insurer_code", "general_practice_code", "first_day", "last_day"],
    orient="row",
)
CLAIMS = pl.DataFrame(
    [("9991", "02990001", False, True, 10_000), ("9991", "06990001", True, False, 1_100_000)],
    schema=["insurer_code", "provider_code", "is_hospital", "is_pharmacy", "cents"],
    orient="row",
)
HOSPITAL = Hospital(
    supplier="maasoever",
    provider_code="06990001",
    name="Maasoever",
    group="consortium",
    postcode3=("531",),
    insured_share=1.0,
)


def accepted(folder: Path, file: RegionFile) -> pl.DataFrame:
    """The canonical rows, after seeing that none was rejected."""
    checked = check_file(
        folder / file.path,
        judge_bsn=lambda numbers: judge(numbers, allow_test_numbers=False),
        period=str(file.year),
        mapping=mapping_path(file.mapping),
    )
    assert checked.rejected.is_empty()
    assert checked.accounts[file.table].rows_accepted == file.rows
    assert checked.accounts[file.table].cents_accepted == file.cents
    return checked.tables[file.table].collect()


def test_books_hold_what_was_invoiced_up_to_their_day() -> None:
    assert book_totals(LEDGER, INTERIM).rows() == [
        ("9991", 2024, "hospital_product", 1, -20_000),
        ("9991", 2025, "hospital_product", 1, 100_000),
        ("9991", 2025, "pharmacy", 1, 3_000),
    ]
    assert book_totals(LEDGER, WHOLE).rows() == [
        ("9991", 2024, "hospital_product", 1, -20_000),
        ("9991", 2025, "hospital_product", 2, 150_000),
        ("9991", 2025, "pharmacy", 1, 3_000),
        ("9992", 2025, "pharmacy", 1, 1_000),
    ]


def test_books_go_on_from_period_to_period() -> None:
    before = pl.DataFrame(
        [("9991", 2024, "hospital_product", 7, 700_000)],
        schema=book_totals(LEDGER, WHOLE).schema,
        orient="row",
    )
    assert together([before, book_totals(LEDGER, INTERIM)]).rows()[0] == (
        ("9991", 2024, "hospital_product", 8, 680_000)
    )


def test_registered_persons_are_counted_on_the_first_day_of_each_quarter() -> None:
    assert registered_persons(INSURED, 2025).rows() == [
        ("9991", "01990001", dt.date(2025, 1, 1), 2),
        ("9991", "01990001", dt.date(2025, 4, 1), 2),
        ("9991", "01990001", dt.date(2025, 7, 1), 2),
        ("9991", "01990001", dt.date(2025, 10, 1), 2),
    ]


def test_payments_by_kind() -> None:
    """Tariffs and shares as in payments.yaml; last year's claims were a tenth lower at the hospital."""
    before = CLAIMS.with_columns(cents=pl.Series([9_000, 1_000_000]))
    paid = payments(registered_persons(INSURED, 2025), CLAIMS, before, 2025)
    found = paid.group_by("kind_code", maintain_order=True).agg("paid_cents").sort("kind_code").rows()
    assert found == [
        ("advance", [80_000, -80_000]),
        ("availability", [12_000]),
        ("capitation", [290, 290, 290, 290]),
        ("ceiling_settlement", [-80_000]),
        ("rebate", [-300]),
    ]
    assert paid["number"].to_list() == list(range(1, paid.height + 1))
    assert paid["paid_date"].is_sorted()


def test_no_ceiling_in_the_first_year() -> None:
    paid = payments(registered_persons(INSURED, 2025), CLAIMS, None, 2025)
    assert "ceiling_settlement" not in paid["kind_code"].to_list()


def test_an_insurers_files_are_taken_in_whole_and_the_interim_is_a_part_of_the_whole(tmp_path: Path) -> None:
    files, earlier = insurer_files(
        tmp_path, supplier="zilverzorg", year=2025, ledger=LEDGER, insured=INSURED, providers=PROVIDERS,
        known_to=(INTERIM, WHOLE), earlier=None,
    )  # fmt: skip
    tables = {file.path: accepted(tmp_path, file) for file in files}
    assert sorted(tables) == [
        "betalingen-2025-09-30.csv",
        "betalingen-2026-06-30.csv",
        "controletotalen-2025-09-30.csv",
        "controletotalen-2026-06-30.csv",
        "zorgaanbieders-2025.csv",
    ]
    assert tables["controletotalen-2026-06-30.csv"]["booked_cents"].sum() == 134_000
    assert set(tables["controletotalen-2025-09-30.csv"]["as_of_date"]) == {INTERIM}
    interim, whole = tables["betalingen-2025-09-30.csv"], tables["betalingen-2026-06-30.csv"]
    assert 0 < interim.height < whole.height
    assert interim.join(whole, on=whole.columns, how="anti", nulls_equal=True).is_empty()
    assert earlier.claims["cents"].to_list() == [3_000, 150_000, 1_000]


def test_a_hospitals_files_are_taken_in_whole(tmp_path: Path) -> None:
    files = list(hospital_files(tmp_path, Streams(1), HOSPITAL, 2025))
    assert {file.table: accepted(tmp_path, file).height for file in files} == {
        "access_measure": 26 * 7 * 6,
        "indicator_return": 11,
    }


def test_waits_lie_around_the_norm_and_counts_have_no_days() -> None:
    counts = simulate_access(Streams(1), HOSPITAL, 2025)
    waits = counts.filter(pl.col("waiting_days").is_not_null())
    assert set(waits["kind_code"]) == {"outpatient", "diagnostics", "day_treatment", "admission"}
    norm = pl.DataFrame({"kind_code": ["outpatient", "admission"], "norm": [28, 49]})
    shares = (
        waits.join(norm, on="kind_code")["waiting_days"] <= waits.join(norm, on="kind_code")["norm"]
    ).mean()
    assert 0.5 < shares < 1.0
    others = counts.filter(pl.col("waiting_days").is_null())
    assert set(others["kind_code"]) == {"refusal", "referral_out"}
    assert others["measured_cases"].null_count() == 0


def test_an_answer_is_a_number_or_a_word_or_missing() -> None:
    answers = pl.concat(
        simulate_survey(Streams(seed), HOSPITAL, 2025).with_columns(seed=seed) for seed in range(40)
    )
    assert set(answers["survey_month"].dt.month()) == {3, 6, 9}
    is_number = pl.col("numerator_count").is_not_null()
    assert answers.filter(is_number & pl.col("answer_code").is_not_null()).is_empty()
    assert answers.filter(is_number & (pl.col("numerator_count") > pl.col("denominator_count"))).is_empty()
    unanswered = answers.filter(~is_number & pl.col("answer_code").is_null()).height / answers.height
    assert unanswered == pytest.approx(0.08, abs=0.04)
