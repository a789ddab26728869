"""What a performance of a GDS801 message becomes: one claim line, debit or credit."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from pipeline.canonical import WITHHELD, canonical_table
from tests.gds_messages import BSN, MENTAL, claim, credit, debit, insured, read

DIAGNOSES = {"AanvullendePrestatiegegevens": {"Diagnose": []}}


def lines(text, folder):
    blocks, _ = read(text, folder)
    return [row for block in blocks for row in block.rows.iter_rows(named=True)]


def line(performance, folder, **said):
    (row,) = lines(claim(insured(performance, **said)), folder)
    return row


def diagnosed(*diagnoses, **said):
    found = [{"DiagnoseCodelijstCode": listed, "Diagnosecode": code} for listed, code in diagnoses]
    return debit(AanvullendePrestatiegegevens={"Diagnose": found, "Zorgtraject": {}}, **said)


def test_a_debit_is_a_claim_line(tmp_path):
    row = line(debit(), tmp_path)
    assert row == dict.fromkeys(row) | {
        "row_number": 37,
        "bsn": BSN,
        "line_ref": "04990001|R1",
        "insurer_code": "9991",
        "financing_law_code": "Zvw",
        "care_type_code": "physiotherapy",
        "performance_list_code": "073",
        "performance_code": "1000",
        "billing_provider_code": "04990001",
        "opening_date": dt.date(2025, 5, 6),
        "closing_date": dt.date(2025, 5, 6),
        "invoiced_date": dt.date(2025, 6, 30),
        "quantity": 1,
        "declared_cents": 3_850,
        "message_ref": "04990001|F20250630",
        "record_ref": "R1",
    }


def test_a_credit_is_a_negative_line_that_names_the_one_it_corrects(tmp_path):
    row = line(credit(Prestatiecode=None), tmp_path)
    assert (row["line_ref"], row["corrected_line_ref"]) == ("04990001|C1", "04990001|R0")
    assert (row["declared_cents"], row["awarded_cents"], row["quantity"]) == (-1_000, None, 1)
    assert (row["opening_date"], row["care_type_code"]) == (dt.date(2025, 1, 6), "physiotherapy")
    assert row["performance_code"] is None, "a credit does not repeat it"
    assert row["record_ref"] == "C1"


def test_the_rows_have_the_canonical_types_and_three_working_columns(tmp_path):
    blocks, _ = read(claim(insured(debit(), credit())), tmp_path)
    table = canonical_table("claim_line")
    working = dict.fromkeys(("message_ref", "record_ref", "answered_on"), pl.String())
    expected = {"row_number": pl.UInt32(), "bsn": pl.String(), **table.polars_schema, **working}
    assert [dict(block.rows.schema) for block in blocks] == [expected] * 2
    assert [block.record_code for block in blocks] == ["DebetPrestatie", "CreditPrestatie"]
    assert [block.delivered_cents for block in blocks] == [3_850, -1_000]


@pytest.mark.parametrize(
    ("listed", "care_type"),
    [
        ("071", "mental_health"),
        ("073", "physiotherapy"),
        ("076", "allied_care"),
        ("082", "geriatric_rehabilitation"),
    ],
)
def test_the_list_of_the_performance_tells_the_kind_of_care(listed, care_type, tmp_path):
    assert line(debit(PrestatieCodelijstCode=listed), tmp_path)["care_type_code"] == care_type


@pytest.mark.parametrize(("role", "law"), [("3", "Zvw"), ("5", "Wlz")])
def test_who_receives_the_message_tells_the_law(role, law, tmp_path):
    (row,) = lines(claim(header={"OntvangerRol": role}), tmp_path)
    assert row["financing_law_code"] == law


def test_care_for_the_prisons_agency_is_rejected(tmp_path):
    blocks, _ = read(claim(header={"OntvangerRol": "4"}), tmp_path)
    assert [block.rows["financing_law_code"].to_list() for block in blocks] == [[None]]


@pytest.mark.parametrize(
    ("diagnoses", "main", "icd10"),
    [
        ([], None, None),
        ([("029", "007")], "007", None),
        ([("014", "F32.1"), ("029", "007")], "007", "F32.1"),
        ([("031", "11"), ("029", "007"), ("029", "008")], "007", None),
        ([("999", "x"), ("014", "F32.1")], "F32.1", "F32.1"),
        ([("999", "x"), ("998", "y")], "x", None),
    ],
)
def test_of_several_diagnoses_the_first_of_the_first_list_counts(diagnoses, main, icd10, tmp_path):
    row = line(diagnosed(*diagnoses), tmp_path)
    assert (row["diagnosis_code"], row["icd10_code"]) == (main, icd10)


@pytest.mark.parametrize(
    ("yes", "expected"), [("true", WITHHELD), ("1", WITHHELD), ("false", "007"), (None, "007")]
)
def test_a_diagnosis_that_the_person_objects_to_is_withheld_and_not_absent(yes, expected, tmp_path):
    row = line(diagnosed(("029", "007"), PrivacyCode=yes), tmp_path)
    assert row["diagnosis_code"] == expected


def test_a_withheld_diagnosis_is_withheld_where_none_is_delivered_too(tmp_path):
    row = line(debit(PrivacyCode="true"), tmp_path)
    assert (row["diagnosis_code"], row["icd10_code"]) == (WITHHELD, WITHHELD)


def test_who_treated_and_who_referred_come_from_their_roles(tmp_path):
    providers = [
        {"Zorgaanbiedercode": "94000002", "ZorgaanbiederSoort": "3", "ZorgaanbiederRol": "02"},
        {"Zorgaanbiedercode": "94000001", "ZorgaanbiederSoort": "3", "ZorgaanbiederRol": "01"},
        {"ZorgaanbiederSpecificatie": "0401", "ZorgaanbiederRol": "01"},
    ]
    referral = {
        "TypeVerwijzingcode": "01",
        "Verwijzer": {"Zorgaanbiedercode": "01000001", "ZorgaanbiederRol": "03"},
    }
    row = line(debit(Zorgaanbieder=providers, Verwijzing=referral), tmp_path)
    assert (row["treating_provider_code"], row["specialism_code"]) == ("94000001", None)
    assert (row["referring_provider_code"], row["referral_kind_code"]) == ("01000001", "01")


def test_care_of_several_days_ends_on_its_last(tmp_path):
    assert line(debit(Einddatum="2025-05-31"), tmp_path)["closing_date"] == dt.date(2025, 5, 31)


def test_a_trajectory_is_known_by_provider_and_number(tmp_path):
    assert line(debit(**MENTAL), tmp_path)["care_trajectory_ref"] == "04990001|Z1"


def test_every_performance_goes_with_its_own_insured(tmp_path):
    text = claim(
        insured(debit(), credit()),
        insured(debit(Referentienummer="R2"), BSN="111222333", UzoviNummer="9992"),
        insured(credit(Referentienummer="C2"), BSN="999990019"),
    )
    found = {row["record_ref"]: (row["bsn"], row["insurer_code"]) for row in lines(text, tmp_path)}
    assert found == {
        "R1": (BSN, "9991"),
        "C1": (BSN, "9991"),
        "R2": ("111222333", "9992"),
        "C2": ("999990019", "9991"),
    }


@pytest.mark.parametrize(
    ("said", "field", "rule"),
    [
        ({"Referentienummer": None}, "reference", "mandatory"),
        ({"Begindatum": "06-05-2025"}, "begin_date", "date"),
        ({"Begindatum": "2025-02-29"}, "begin_date", "date"),
        ({"Aantal": "1.5"}, "quantity", "number"),
        ({"DeclaratieBedragInclBtw": "38,50"}, "declared_cents", "number"),
        ({"DeclaratieBedragInclBtw": "38.505"}, "declared_cents", "number"),
        ({"PrivacyCode": "Ja"}, "privacy_code", "code"),
        ({"PrestatieCodelijstCode": "999"}, "performance_list_code", "code"),
        ({"Prestatiecode": ["1000", "1001"]}, "performance_code", "repeated"),
    ],
)
def test_a_field_that_cannot_be_read_is_found_by_line_element_and_field(said, field, rule, tmp_path):
    total = "0.00" if field == "declared_cents" else "38.50"
    blocks, _ = read(claim(insured(debit(**said)), total=total), tmp_path)
    found = blocks[0].findings.filter(pl.col("rule") == rule)
    assert found.select("line_number", "record_code", "field").row(0) == (37, "DebetPrestatie", field)
    assert "38," not in str(blocks[0].findings["reason"].to_list())


@pytest.mark.parametrize("amount", ["-38.50", "1234567890123.00"])
def test_an_amount_with_a_sign_or_beyond_all_amounts_is_a_fault(amount, tmp_path):
    blocks, _ = read(claim(insured(debit(DeclaratieBedragInclBtw=amount)), total=amount), tmp_path)
    assert "number" in blocks[0].findings["rule"].to_list()


def test_a_row_is_numbered_by_its_line_or_the_next_number_where_several_share_one(tmp_path):
    one_line = claim(insured(debit(), credit(), debit(Referentienummer="R2"))).replace("\n", " ")
    blocks, facts = read(one_line, tmp_path)
    assert [block.rows["row_number"].to_list() for block in blocks] == [[1, 3], [2]]
    assert "begin on one line" in facts.warnings[0]


def test_the_facts_count_elements_and_give_the_closing_total(tmp_path):
    _, facts = read(claim(insured(debit(), credit()), insured(debit(Referentienummer="R2"))), tmp_path)
    assert (facts.standard, facts.version, facts.trailer_cents) == ("GDS801", "1.0", 6_700)
    assert facts.records == {"Verzekerde": 2, "DebetPrestatie": 2, "CreditPrestatie": 1}
    assert facts.rejected_message is None
