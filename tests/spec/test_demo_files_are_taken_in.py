"""Every file of the region goes through the suppliers' intake, and comes out as the region says it should."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pipeline.canonical import care_types
from pipeline.demo import region as region_module
from pipeline.demo.files import RegionFile, mapping_path
from pipeline.demo.region import write_region
from pipeline.demo.summary import RegionSummary
from pipeline.intake.check import CheckedFile, check_file
from pseudonymisation.bsn import judge
from tests.small_region import small_region

Made = tuple[RegionSummary, dict[str, CheckedFile]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    out = tmp_path_factory.mktemp("region")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(region_module, "read_region", small_region)
        summary = write_region(out, insured=2_500, seed=5)
    return summary, {file.path: taken_in(out, file) for file in summary.files}


def taken_in(out: Path, file: RegionFile) -> CheckedFile:
    return check_file(
        out / file.path,
        judge_bsn=lambda numbers: judge(numbers, allow_test_numbers=False),
        period=file.period,
        mapping=mapping_path(file.mapping) if file.mapping else None,
    )


@pytest.fixture(scope="module")
def lines(made: Made) -> pl.DataFrame:
    summary, checked = made
    return pl.concat(
        checked[file.path]
        .tables["claim_line"]
        .collect()
        .with_columns(
            period=pl.lit(file.year),
            supplier=pl.lit(file.supplier),
            first=pl.lit(file.first_invoiced).str.to_date(),
            last=pl.lit(file.last_invoiced).str.to_date(),
        )
        for file in summary.files
        if file.table == "claim_line"
    )


def test_rows_and_cents_are_those_the_region_wrote_and_none_is_rejected(made: Made) -> None:
    summary, checked = made
    for file in summary.files:
        account = checked[file.path].accounts[file.table]
        assert (account.rows_delivered, account.cents_delivered) == (file.rows, file.cents), file.path
        assert account.rows_rejected == 0, file.path


def test_messages_name_their_standard_and_agree_with_their_trailer(made: Made) -> None:
    summary, checked = made
    standards = {"zh308": ("ZH308", "9.0"), "ap304": ("AP304", "8.0"), "mz301": ("MZ301", "1.3")}
    for file in summary.files:
        if file.table == "claim_line" and not file.mapping:
            found = checked[file.path]
            assert (found.standard, found.version) == standards[file.path.split("/")[-1][:5]]
            assert found.trailer_cents == file.cents


def test_all_kinds_of_care_occur(lines: pl.DataFrame) -> None:
    """But those that the region's deliveries do not have; `ocmo demo messages` writes some of them."""
    elsewhere = {
        "allied_care",
        "long_term_care",
        "maternity_care",
        "medical_aid",
        "mental_health",
        "midwifery",
        "other_hospital",
        "sensory_care",
    }
    assert set(lines["care_type_code"]) == set(care_types()) - elsewhere


def test_a_line_reference_is_used_once(lines: pl.DataFrame) -> None:
    assert lines.select("supplier", "line_ref").n_unique() == lines.height


def test_credits_are_negative_and_find_their_line(lines: pl.DataFrame) -> None:
    credits = lines.filter(pl.col("corrected_line_ref").is_not_null())
    found = credits.join(
        lines,
        left_on=["supplier", "corrected_line_ref"],
        right_on=["supplier", "line_ref"],
        validate="1:1",
    )
    assert found.height == credits.height > 0
    for same in ("care_type_code", "opening_date", "insurer_code", "billing_provider_code"):
        assert found[same].equals(found[f"{same}_right"], check_names=False)
    assert (found["declared_cents"] == -found["declared_cents_right"]).all()
    assert (found["invoiced_date"] >= found["invoiced_date_right"]).all()
    assert lines.filter(pl.col("declared_cents") < 0).height == credits.height
    assert set(credits["care_type_code"]) >= {"pharmacy", "dental", "gp_registration", "hospital_product"}


def test_a_delivery_holds_what_opened_in_its_year_and_corrections_of_the_year_before(
    lines: pl.DataFrame,
) -> None:
    ago = lines.with_columns(years_ago=pl.col("period") - pl.col("opening_date").dt.year())
    assert set(ago["years_ago"]) == {0, 1}
    assert ago.filter(years_ago=1).height < 0.03 * lines.height
    latest = pl.date(pl.col("period") + 1, 6, 30)
    assert lines.filter(pl.col("invoiced_date") > latest).is_empty()


def test_a_file_says_when_its_lines_were_invoiced(lines: pl.DataFrame) -> None:
    assert lines.filter(~pl.col("invoiced_date").is_between("first", "last")).is_empty()


def test_no_file_lies_across_the_interim_delivery(made: Made) -> None:
    for file in made[0].files:
        if file.table == "claim_line":
            assert file.last_invoiced <= "2025-09-30" or file.first_invoiced > "2025-09-30"


def test_drugs_carry_their_atc_code_and_doses(lines: pl.DataFrame) -> None:
    drugs = lines.filter(care_type_code="pharmacy")
    assert drugs.filter(pl.col("atc_code").is_null() | pl.col("ddd_thousandths").is_null()).is_empty()
    assert {"A10BA02", "R03BB04"} < set(drugs["atc_code"])
    metformin = drugs.filter(pl.col("atc_code") == "A10BA02", pl.col("declared_cents") > 0)
    assert metformin["ddd_thousandths"].mean() == pytest.approx(90_000, rel=0.05)


def test_hospital_records_belong_to_the_hospital_that_delivers_them(made: Made) -> None:
    summary, checked = made
    for file in summary.files:
        if file.table in ("clinical_event", "patient_report"):
            assert checked[file.path].tables[file.table].collect()["provider_code"].n_unique() == 1
