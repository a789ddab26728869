"""Every file of the region goes through the suppliers' intake, and comes out as the region says it should."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pipeline.demo.files import RegionFile, mapping_path
from pipeline.demo.region import write_region
from pipeline.demo.summary import RegionSummary
from pipeline.intake.check import CheckedFile, check_file
from pseudonymisation.bsn import judge


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[RegionSummary, dict[str, CheckedFile]]:
    out = tmp_path_factory.mktemp("region")
    summary = write_region(out, insured=2_000, seed=5)
    return summary, {file.path: taken_in(out, file) for file in summary.files}


def taken_in(out: Path, file: RegionFile) -> CheckedFile:
    return check_file(
        out / file.path,
        judge_bsn=lambda numbers: judge(numbers, allow_test_numbers=False),
        period=str(file.year),
        mapping=mapping_path(file.mapping) if file.mapping else None,
    )


def lines(made: tuple[RegionSummary, dict[str, CheckedFile]]) -> pl.DataFrame:
    summary, checked = made
    return pl.concat(
        checked[file.path].tables["claim_line"].with_columns(message_year=pl.lit(file.year))
        for file in summary.files
        if file.table == "claim_line"
    )


def test_rows_and_cents_are_those_the_region_wrote(
    made: tuple[RegionSummary, dict[str, CheckedFile]],
) -> None:
    summary, checked = made
    for file in summary.files:
        account = checked[file.path].accounts[file.table]
        assert (account.rows_delivered, account.cents_delivered) == (file.rows, file.cents), file.path
        assert account.rows_rejected == file.defective_rows, file.path
        assert account.cents_rejected == file.defective_cents, file.path


def test_only_the_planted_bsns_are_rejected(made: tuple[RegionSummary, dict[str, CheckedFile]]) -> None:
    rejected = pl.concat(file.rejected for file in made[1].values())
    assert set(rejected["rule"]) == {"bsn"}


def test_messages_agree_with_their_trailer(made: tuple[RegionSummary, dict[str, CheckedFile]]) -> None:
    summary, checked = made
    for file in summary.files:
        if file.table == "claim_line":
            assert (checked[file.path].standard, checked[file.path].version) == ("ZH308", "9.0")
            assert checked[file.path].trailer_cents == file.cents


def test_all_kinds_of_care_occur(made: tuple[RegionSummary, dict[str, CheckedFile]]) -> None:
    assert set(lines(made)["care_type_code"]) == {
        "hospital_product",
        "geriatric_rehabilitation",
        "addon_drug",
        "addon_intensive_care",
    }


def test_a_line_reference_is_used_once(made: tuple[RegionSummary, dict[str, CheckedFile]]) -> None:
    assert lines(made)["line_ref"].n_unique() == lines(made).height


def test_credits_are_negative_and_find_their_line(
    made: tuple[RegionSummary, dict[str, CheckedFile]],
) -> None:
    """All but those whose line was rejected for its BSN."""
    claims = lines(made)
    credits = claims.filter(pl.col("corrected_line_ref").is_not_null())
    found = credits.join(claims, left_on="corrected_line_ref", right_on="line_ref", validate="1:1")
    assert found.height >= 0.97 * credits.height > 0
    assert (found["declared_cents"] == -found["declared_cents_right"]).all()
    assert claims.filter(pl.col("declared_cents") < 0).height == credits.height


def test_a_message_holds_what_opened_in_its_year_and_corrections_of_the_year_before(
    made: tuple[RegionSummary, dict[str, CheckedFile]],
) -> None:
    claims = lines(made).with_columns(years_ago=pl.col("message_year") - pl.col("opening_date").dt.year())
    assert set(claims["years_ago"]) == {0, 1}
    late = claims.filter(years_ago=1)
    assert late.height < 0.04 * claims.height
    assert (late["closing_date"] - late["opening_date"]).dt.total_days().max() <= 120


def test_hospital_records_belong_to_the_hospital_that_delivers_them(
    made: tuple[RegionSummary, dict[str, CheckedFile]],
) -> None:
    summary, checked = made
    for file in summary.files:
        if file.table in ("clinical_event", "patient_report"):
            assert checked[file.path].tables[file.table]["provider_code"].n_unique() == 1
