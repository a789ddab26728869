"""How ZH308 records become claim lines: one per tariff record, joined to its performance record."""

from __future__ import annotations

import datetime as dt

import pytest

from pipeline.errors import FileRefusedError
from pipeline.intake.accounts import CareAccount
from tests.intake_messages import BSN, OTHER_BSN, check_lines, found, put, zh308


def only_row(checked):
    return checked.tables["claim_line"].collect().row(0, named=True)


def test_a_claim_line_takes_the_money_from_the_tariff_and_the_care_from_the_performance(tmp_path):
    assert only_row(check_lines(zh308(), tmp_path)) == {
        "line_ref": "06990001|R1",
        "corrected_line_ref": None,
        "insurer_code": "9991",
        "financing_law_code": "Zvw",
        "is_supplementary": None,
        "care_type_code": "hospital_product",
        "performance_list_code": "041",
        "performance_code": "15A123",
        "care_product_code": "199299011",
        "care_trajectory_ref": "06990001|T77",
        "care_subtrajectory_ref": None,
        "specialism_code": "0305",
        "diagnosis_code": "1701",
        "icd10_code": None,
        "atc_code": None,
        "ddd_thousandths": None,
        "billing_provider_code": "06990001",
        "treating_provider_code": None,
        "referring_provider_code": "01012345",
        "referral_kind_code": None,
        "opening_date": dt.date(2025, 3, 1),
        "closing_date": dt.date(2025, 5, 20),
        "invoiced_date": dt.date(2026, 4, 30),
        "quantity": 1,
        "declared_cents": 12_345,
        "awarded_cents": None,
        "return_code": None,
        "bsn": BSN,
    }


def test_a_credit_is_negative_and_names_the_line_it_corrects(tmp_path):
    credit = {"declared_sign": "C", "line_reference": "R2", "corrected_line_reference": "R1"}
    row = only_row(check_lines(zh308(tariffs=[credit]), tmp_path))
    assert (row["declared_cents"], row["corrected_line_ref"]) == (-12_345, "06990001|R1")


def test_costs_and_fee_of_one_performance_are_two_lines(tmp_path):
    tariffs = [{"declared_cents": 900}, {"declared_cents": 100, "line_reference": "R2"}]
    checked = check_lines(zh308(tariffs=tariffs), tmp_path)
    assert checked.tables["claim_line"].collect()["declared_cents"].to_list() == [900, 100]
    assert checked.trailer_cents == 1000


@pytest.mark.parametrize(
    ("care_product_code", "care_activity_code", "care_type_code"),
    [
        ("998418010", "", "geriatric_rehabilitation"),
        ("199299011", "", "hospital_product"),
        ("", "190149", "addon_drug"),
        ("", "190150", "addon_intensive_care"),
        ("", "190159", "addon_intensive_care"),
        ("", "190160", "addon_drug"),
        ("", "", "other_hospital"),
    ],
)
def test_the_kind_of_care_follows_from_product_and_activity(
    tmp_path, care_product_code, care_activity_code, care_type_code
):
    performance = {"care_product_code": care_product_code, "care_activity_code": care_activity_code}
    row = only_row(check_lines(zh308(performances=[performance]), tmp_path))
    assert row["care_type_code"] == care_type_code


@pytest.mark.parametrize(
    ("header", "biller"),
    [
        ({"practice_code": "02000002"}, "06990001"),
        ({"institution_code": None, "practice_code": "02000002", "caregiver_code": "03000003"}, "02000002"),
        ({"institution_code": None, "caregiver_code": "03000003"}, "03000003"),
    ],
)
def test_the_biller_is_the_institution_else_the_practice_else_the_caregiver(tmp_path, header, biller):
    row = only_row(check_lines(zh308(header=header), tmp_path))
    assert (row["billing_provider_code"], row["line_ref"]) == (biller, f"{biller}|R1")


# Lines of a message: 1 the header, 2 the first performance, 3 the first tariff (with one performance).


def test_an_invoice_without_its_date_is_refused(tmp_path):
    with pytest.raises(FileRefusedError, match="DAGTEKENING FACTUUR is no existing date"):
        check_lines(zh308(header={"invoice_date": None}), tmp_path)


def test_a_tariff_without_its_performance_is_rejected(tmp_path):
    tariffs = [{}, {"performance_sequence_number": 2, "line_reference": "R2"}]
    checked = check_lines(zh308(tariffs=tariffs), tmp_path)
    key = (
        "bsn, insurer_code, performance_list_code, performance_code, "
        "performance_start_date, performance_sequence_number"
    )
    assert found(checked) == [(4, 4, "06", key, "joined_record")]
    assert checked.outcome == "accepted with rejected rows"


def test_two_performances_with_one_key_leave_their_tariffs_without_an_owner(tmp_path):
    checked = check_lines(zh308(performances=[{}, {"line_reference": "P2"}]), tmp_path)
    assert [(row, rule) for row, _, _, _, rule in found(checked)] == [(4, "joined_record")]


def test_a_faulty_performance_rejects_each_of_its_tariffs_at_the_performances_own_line(tmp_path):
    lines = zh308(tariffs=[{}, {"line_reference": "R2"}])
    lines[1] = put(lines[1], "performance_end_date", "20250230", record="04")
    assert found(check_lines(lines, tmp_path)) == [
        (3, 2, "04", "performance_end_date", "date"),
        (4, 2, "04", "performance_end_date", "date"),
    ]


@pytest.mark.parametrize(
    ("field", "text", "rule"),
    [
        ("tariff_kind_code", "", "mandatory"),
        ("tariff_kind_code", "A2", "digits"),
        ("treating_caregiver_code", "  012345", "digits"),
        ("declared_sign", "X", "code"),
        ("line_reference", "", "mandatory"),
    ],
)
def test_a_field_that_cannot_be_read_rejects_its_line(tmp_path, field, text, rule):
    lines = zh308()
    lines[2] = put(lines[2], field, text)
    assert (3, 3, "06", field, rule) in found(check_lines(lines, tmp_path))


def test_an_amount_that_is_no_number_counts_as_nothing_and_rejects_its_line(tmp_path):
    lines = zh308(trailer={"declared_total_cents": 0})
    lines[2] = put(lines[2], "declared_cents", "12E45678")
    checked = check_lines(lines, tmp_path)
    assert found(checked) == [(3, 3, "06", "declared_cents", "digits")]
    assert checked.accounts["claim_line"].cents_delivered == 0


def test_a_bsn_that_is_none_rejects_its_line(tmp_path):
    lines = zh308(performances=[{"bsn": OTHER_BSN}], tariffs=[{"bsn": OTHER_BSN}])
    assert found(check_lines(lines, tmp_path)) == [(3, 3, "06", "bsn", "bsn")]


def test_a_line_delivered_twice_is_taken_once(tmp_path):
    checked = check_lines(zh308(tariffs=[{}, {}]), tmp_path)
    assert found(checked) == [(4, 4, "06", "line_ref", "duplicate")]


def test_rows_and_cents_close_and_each_row_is_counted_under_its_first_rule(tmp_path):
    tariffs = [{}, {"line_reference": "R2", "declared_cents": 700}, {"line_reference": "R3"}]
    lines = zh308(tariffs=tariffs)
    lines[3] = put(put(lines[3], "tariff_kind_code", "A2"), "calculated_sign", "?")
    account = check_lines(lines, tmp_path).accounts["claim_line"]
    assert (account.rows_delivered, account.rows_accepted, account.rows_rejected) == (3, 2, 1)
    assert (account.cents_delivered, account.cents_accepted, account.cents_rejected) == (25_390, 24_690, 700)
    assert (account.rejected_by_rule, account.rejected_cents_by_rule) == ({"digits": 1}, {"digits": 700})
    assert account.rejected_by_care == [CareAccount(2025, "hospital_product", rows=1, cents=700)]


def test_what_is_said_about_rejected_rows_holds_nothing_that_stood_in_them(tmp_path):
    lines = zh308(performances=[{"bsn": OTHER_BSN}], tariffs=[{"bsn": OTHER_BSN, "line_reference": "SECRET"}])
    lines[2] = put(lines[2], "treating_caregiver_code", BSN[:8])
    checked = check_lines(lines, tmp_path)
    said = checked.rejected.write_csv() + repr(checked)
    for private in (OTHER_BSN, BSN[:8], "SECRET", "19500101"):
        assert private not in said
