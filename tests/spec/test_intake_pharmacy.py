"""How AP304 records become claim lines: one per dispensing, with the ATC code and doses of its article."""

from __future__ import annotations

import datetime as dt

import pytest

from pipeline.errors import LayoutError
from pipeline.intake.check import check_file
from tests.intake_messages import AP304, BSN, ap304, check_lines, found, judge_all_but_other, put


def row_of(folder, **dispensing):
    (row,) = (
        check_lines(ap304(dispensings=[dispensing]), folder)
        .tables["claim_line"]
        .collect()
        .iter_rows(named=True)
    )
    return row


def test_a_dispensing_becomes_a_claim_line_of_the_pharmacy_that_dispensed(tmp_path):
    assert row_of(tmp_path) == {
        "line_ref": "02990001|A1",
        "corrected_line_ref": None,
        "insurer_code": "9991",
        "financing_law_code": "Zvw",
        "is_supplementary": None,
        "care_type_code": "pharmacy",
        "performance_list_code": "001",
        "performance_code": "00000099000101",
        "care_product_code": None,
        "care_trajectory_ref": None,
        "care_subtrajectory_ref": None,
        "specialism_code": None,
        "diagnosis_code": None,
        "icd10_code": None,
        "atc_code": "A10BA02",
        "ddd_thousandths": 22_500,
        "billing_provider_code": "02990001",
        "treating_provider_code": "02990001",
        "referring_provider_code": "01990001",
        "referral_kind_code": None,
        "opening_date": dt.date(2025, 3, 1),
        "closing_date": dt.date(2025, 3, 1),
        "invoiced_date": dt.date(2026, 4, 30),
        "quantity": 1,
        "declared_cents": 1_350,
        "awarded_cents": None,
        "return_code": None,
        "bsn": BSN,
    }


@pytest.mark.parametrize(
    ("article", "thousandths_of_units", "doses"),
    [
        ("99000101", 90_000, 22_500),  # 90 tablets of a quarter of a dose
        ("99000406", 30_000, 39_990),  # 30 tablets of 1.333
        ("99000105", 500, 1_250),  # half a millilitre of 2.5
        ("99000103", 1, 1),  # 0.5 of a thousandth is rounded up
        ("99000103", 0, 0),
    ],
)
def test_doses_are_the_units_dispensed_times_those_in_a_unit(tmp_path, article, thousandths_of_units, doses):
    row = row_of(tmp_path, performance_code=article, quantity=thousandths_of_units)
    assert row["ddd_thousandths"] == doses


def test_a_credit_takes_back_money_and_doses(tmp_path):
    credit = {"declared_sign": "C", "line_reference": "A2", "corrected_line_reference": "A1"}
    row = row_of(tmp_path, **credit)
    assert (row["declared_cents"], row["ddd_thousandths"]) == (-1_350, -22_500)
    assert row["corrected_line_ref"] == "02990001|A1"


@pytest.mark.parametrize(
    "unknown",
    [
        {"performance_code": "12345678"},
        {"performance_list_code": "051"},  # the insurers' own codes: not the same articles
    ],
)
def test_an_article_that_no_list_knows_has_neither_atc_code_nor_doses(tmp_path, unknown):
    row = row_of(tmp_path, **unknown)
    assert (row["atc_code"], row["ddd_thousandths"]) == (None, None)


def test_a_pharmacy_s_own_message_names_it_in_the_header(tmp_path):
    lines = ap304(header={"practice_code": "02990009"})
    assert check_lines(lines, tmp_path).tables["claim_line"].collect()["billing_provider_code"].to_list() == [
        "02990009"
    ]


def test_a_line_without_its_sign_or_number_is_rejected(tmp_path):
    lines = ap304(dispensings=[{}, {"line_reference": "A2"}, {"line_reference": None}])
    lines[2] = put(lines[2], "declared_sign", "X", "04", AP304)
    checked = check_lines(lines, tmp_path)
    assert [(row, field, rule) for row, _, _, field, rule in found(checked)] == [
        (3, "declared_sign", "code"),
        (4, "line_reference", "mandatory"),
    ]


def own_articles(folder, text):
    """Check a message with the supplier's own list of articles beside it."""
    (folder / "layouts").mkdir()
    (folder / "layouts" / "articles.csv").write_text(text, encoding="utf-8")
    (folder / "message.asc").write_text("\n".join(ap304()), encoding="latin-1")
    return check_file(
        folder / "message.asc", judge_bsn=judge_all_but_other, layout_folders=[folder / "layouts"]
    )


ARTICLES = "performance_list_code,performance_code,atc_code,ddd_thousandths\n"


def test_a_supplier_s_own_list_of_articles_is_read_in_place_of_the_made_up_one(tmp_path):
    checked = own_articles(tmp_path, f"# from our own standard\n{ARTICLES}001,99000101,C10AA01,1000\n")
    assert checked.tables["claim_line"].collect().select("atc_code", "ddd_thousandths").rows() == [
        ("C10AA01", 90_000)
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("performance_list_code,performance_code,atc_code\n", "has no column ddd_thousandths"),
        (
            ARTICLES + 2 * "001,99000101,C10AA01,1000\n",
            "holds the same performance_list_code, performance_code twice",
        ),
        (ARTICLES + "001,99000101,C10AA01,1000,more\n", "no table with columns separated by commas"),
    ],
)
def test_a_list_that_cannot_be_used_says_so(tmp_path, text, said):
    with pytest.raises(LayoutError, match=said):
        own_articles(tmp_path, text)
