"""The demonstration's CSV of claims that come in no Vektis message: one mapping for four kinds of provider."""

from __future__ import annotations

import datetime as dt

import pytest

from pipeline.demo.files import mapping_path
from pipeline.intake.check import check_file
from tests.intake_messages import BSN, found, judge_all_but_other

HEADER = (
    "burgerservicenummer;uzovi;declaratieregel;oorspronkelijke_regel;zorgsoort;prestatiecodelijst;prestatiecode;"
    "diagnosecode;agb_declarant;agb_verwijzer;begindatum;einddatum;factuurdatum;aantal;bedrag;debet_credit"
)
ROW = {
    "burgerservicenummer": BSN,
    "uzovi": "9993",
    "declaratieregel": "17",
    "oorspronkelijke_regel": "",
    "zorgsoort": "consult",
    "prestatiecodelijst": "001",
    "prestatiecode": "12000",
    "diagnosecode": "",
    "agb_declarant": "01990001",
    "agb_verwijzer": "",
    "begindatum": "03-02-2025",
    "einddatum": "03-02-2025",
    "factuurdatum": "28-02-2025",
    "aantal": "1",
    "bedrag": "11,5",
    "debet_credit": "D",
}


def check(folder, *changes):
    lines = [HEADER, *(";".join((ROW | change).values()) for change in changes)]
    (folder / "claims.csv").write_text("\n".join(lines), encoding="utf-8")
    return check_file(
        folder / "claims.csv",
        judge_bsn=judge_all_but_other,
        period="2025",
        mapping=mapping_path("primary_care"),
    )


def test_the_mapping_reads_the_header_that_it_documents():
    comment = [line[1:].strip() for line in mapping_path("primary_care").read_text("utf-8").splitlines()[3:5]]
    assert "".join(comment) == HEADER


def test_a_consultation_becomes_a_claim_line(tmp_path):
    (row,) = check(tmp_path, {}).tables["claim_line"].collect().iter_rows(named=True)
    assert row == {
        "line_ref": "01990001|17",
        "corrected_line_ref": None,
        "insurer_code": "9993",
        "financing_law_code": "Zvw",
        "is_supplementary": None,
        "care_type_code": "gp_consultation",
        "performance_list_code": "001",
        "performance_code": "12000",
        "care_product_code": None,
        "care_trajectory_ref": None,
        "care_subtrajectory_ref": None,
        "specialism_code": None,
        "diagnosis_code": None,
        "icd10_code": None,
        "atc_code": None,
        "ddd_thousandths": None,
        "billing_provider_code": "01990001",
        "treating_provider_code": None,
        "referring_provider_code": None,
        "referral_kind_code": None,
        "opening_date": dt.date(2025, 2, 3),
        "closing_date": dt.date(2025, 2, 3),
        "invoiced_date": dt.date(2025, 2, 28),
        "quantity": 1,
        "declared_cents": 1_150,
        "awarded_cents": None,
        "return_code": None,
        "bsn": BSN,
    }


def test_a_credit_is_negative_and_names_its_line(tmp_path):
    credit = {"declaratieregel": "18", "oorspronkelijke_regel": "17", "debet_credit": "C"}
    rows = check(tmp_path, {}, credit).tables["claim_line"].collect()
    assert rows["declared_cents"].to_list() == [1_150, -1_150]
    assert rows["corrected_line_ref"].to_list() == [None, "01990001|17"]


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"zorgsoort": "kapper"}, "zorgsoort", "code"),
        ({"debet_credit": ""}, "debet_credit", "mandatory"),
        ({"debet_credit": "-"}, "debet_credit", "code"),
        ({"bedrag": "11.50"}, "bedrag", "number"),
        ({"agb_declarant": "1990001"}, "billing_provider_code", "leading_zero"),
        ({"begindatum": "03-02-2026"}, "opening_date", "period"),
    ],
)
def test_a_line_with_a_fault_is_rejected(tmp_path, change, field, rule):
    checked = check(tmp_path, {"declaratieregel": "1"}, change)
    assert [(row, found_field, found_rule) for row, _, _, found_field, found_rule in found(checked)] == [
        (3, field, rule)
    ]


def test_what_is_rejected_is_told_by_year_and_kind_of_care(tmp_path):
    unknown = {"zorgsoort": "kapper", "begindatum": "31-02-2025", "declaratieregel": "2"}
    lost = {"agb_declarant": "1990001", "declaratieregel": "3"}
    back = {**lost, "declaratieregel": "4", "debet_credit": "C", "begindatum": "03-02-2024"}
    account = check(tmp_path, {}, unknown, lost, back).accounts["claim_line"]
    assert [
        (care.year_of_loss, care.care_type_code, care.rows, care.cents) for care in account.rejected_by_care
    ] == [
        (2024, "gp_consultation", 1, -1_150),
        (2025, "gp_consultation", 1, 1_150),
        (None, "unknown", 1, 1_150),
    ]
    assert (account.rows_rejected, account.cents_rejected) == (3, 1_150)
