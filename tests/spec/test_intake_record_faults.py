"""Every kind of record of a message is judged; what comes of a fault depends on what the record is for."""

from __future__ import annotations

import datetime as dt

import polars as pl

from pipeline.intake.messages.render import render
from tests.intake_messages import BSN, OTHER_BSN, ZH308, check_lines, found, put, zh308

INSURED = {
    "detail_record_number": 1,
    "bsn": BSN,
    "insurer_code": "9991",
    "birth_date": dt.date(1950, 1, 1),
    "sex_code": "1",
    "name_use_01_code": "1",
    "insured_name_01": "Naam",
    "insured_initials": "N",
    "house_number": 1,
    "deceased_code": "2",
}
SECOND = {"bsn": "123456000"}


def message(first=None, second=None, *others):
    """Two insured with one performance and one tariff each, and other records at the end."""
    one = zh308()
    two = zh308(performances=[SECOND], tariffs=[SECOND | {"line_reference": "R2"}])
    persons = [INSURED | (first or {}), INSURED | SECOND | {"detail_record_number": 4} | (second or {})]
    insured = [render(ZH308, "02", pl.DataFrame([person]))[0] for person in persons]
    trailer = {
        "insured_record_count": 2,
        "performance_record_count": 2,
        "tariff_record_count": 2,
        "comment_record_count": len(others),
        "detail_record_count": 6 + len(others),
        "declared_total_cents": 24_690,
    }
    return [one[0], insured[0], *one[1:3], insured[1], *two[1:3], *others, zh308(trailer=trailer)[-1]]


def test_records_in_form_have_no_findings(tmp_path):
    checked = check_lines(message(), tmp_path)
    assert (checked.outcome, checked.warnings) == ("accepted", ())


def test_a_fault_of_an_insured_rejects_all_rows_of_that_insured_and_no_others(tmp_path):
    lines = message(first={"insured_name_01": None})
    assert found(check_lines(lines, tmp_path)) == [(4, 2, "02", "insured_name_01", "mandatory")]
    lines[4] = put(lines[4], "birth_date", "20250231", "02")
    assert found(check_lines(lines, tmp_path)) == [
        (4, 2, "02", "insured_name_01", "mandatory"),
        (7, 5, "02", "birth_date", "date"),
    ]


def test_a_claim_is_of_the_person_and_insurer_of_its_insured_record(tmp_path):
    checked = check_lines(message(first={"bsn": OTHER_BSN}, second={"insurer_code": "9992"}), tmp_path)
    assert found(checked) == [
        (4, 4, "06", "bsn", "insured_record"),
        (7, 7, "06", "insurer_code", "insured_record"),
    ]
    assert OTHER_BSN not in checked.rejected.write_csv()


def test_an_insured_record_that_names_no_insurer_does_not_contradict(tmp_path):
    lines = message(first={"insurer_code": "0000"})
    assert "insured_record" not in {rule for *_, rule in found(check_lines(lines, tmp_path))}


def test_a_fault_of_a_record_without_rows_is_told(tmp_path):
    comments = [render(ZH308, "98", pl.DataFrame({"detail_record_number": [7]}))[0]] * 2
    checked = check_lines(message(None, None, *comments), tmp_path)
    assert (checked.outcome, checked.rejected.height) == ("accepted with warnings", 0)
    assert checked.warnings == (
        "Record 98: VRIJE TEKST is empty, in 2 records, first in line 8; no row depends on it.",
    )
