"""An insurer that rejects a whole message answers with two records: a first with the reason, a last with the total."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from pipeline.errors import FileRefusedError, TrailerMismatchError
from pipeline.intake.check import FileToCheck, check_delivery
from pipeline.intake.files.workspace import Workspace
from pipeline.intake.messages import layouts
from pipeline.intake.messages.render import render
from tests.intake_messages import BSN, judge_all_but_other

MZ301, MZ302 = layouts.load("MZ301", "1.3"), layouts.load("MZ302", "1.3")
HEADER = {
    "message_kind_code": "P",
    "service_bureau_code": "98990001",
    "payee_code": "01",
    "claim_period_start_date": dt.date(2025, 1, 1),
    "claim_period_end_date": dt.date(2025, 4, 30),
    "invoice_number": "F1",
    "invoice_date": dt.date(2025, 4, 30),
    "currency_code": "EUR",
}
SERVICE = {
    "detail_record_number": 1,
    "bsn": BSN,
    "insurer_code": "9991",
    "forwarding_allowed_code": "1",
    "performance_date": dt.date(2025, 3, 1),
    "performance_record_kind_code": "01",
    "special_dentistry_code": "N",
    "performance_list_code": "011",
    "performance_code": "C11",
    "treating_caregiver_code": "12990001",
    "tariff_cents": 2_600,
    "quantity": 1,
    "calculated_cents": 2_600,
    "calculated_sign": "D",
    "declared_cents": 2_600,
    "declared_sign": "D",
    "line_reference": "P1",
}


def written(path, layout, *records):
    lines = [line for code, fields in records for line in render(layout, code, pl.DataFrame([fields]))]
    path.write_text("\r\n".join([*lines, ""]), encoding="utf-8")
    return path


def declaration(folder, invoice="F1"):
    counts = {"performance_record_count": 1, "detail_record_count": 1}
    total = {"declared_total_cents": 2_600, "declared_total_sign": "D"}
    records = ("01", HEADER | {"invoice_number": invoice}), ("04", SERVICE), ("99", counts | total)
    return written(folder / "declaration.asc", MZ301, *records)


def rejection(folder, *, codes=("0001",), **trailer):
    said = {f"return_code_0{place}": code for place, code in enumerate(codes, 1)}
    opening = HEADER | {"return_date": dt.date(2025, 5, 6)} | said
    closing = {
        "declared_total_cents": 2_600,
        "declared_total_sign": "D",
        "awarded_total_cents": 0,
        "awarded_total_sign": "D",
    }
    return written(folder / "rejection.asc", MZ302, ("01", opening), ("99", closing | trailer))


def checked(*paths):
    files = [FileToCheck(path) for path in paths]
    return check_delivery(files, judge_bsn=judge_all_but_other, workspace=Workspace.temporary())


def test_its_lines_are_awarded_nothing(tmp_path):
    delivery = checked(declaration(tmp_path), rejection(tmp_path))
    lines = delivery.tables["claim_line"].select("declared_cents", "awarded_cents", "return_code").collect()
    assert lines.rows() == [(2_600, 0, "0001")]
    account = delivery.files[0].accounts["claim_line"]
    assert (account.rows_accepted, account.cents_accepted) == (1, 2_600)


def test_the_lines_of_another_message_are_not_touched(tmp_path):
    delivery = checked(declaration(tmp_path, invoice="F2"), rejection(tmp_path))
    assert delivery.tables["claim_line"].select("awarded_cents").collect().item() is None


def test_alone_it_is_taken_in_without_rows_and_says_so(tmp_path):
    delivery = checked(rejection(tmp_path))
    (file,) = delivery.files
    assert (file.outcome, file.accounts["claim_line"].rows_delivered) == ("accepted with warnings", 0)
    assert file.warnings == (
        "The insurer rejects the whole message, with return code 0001 (message rejected on technical grounds; "
        "only its first and last record come back): nothing is awarded on its lines.",
    )


def test_what_it_awards_must_still_add_up(tmp_path):
    with pytest.raises(TrailerMismatchError, match=r"says EUR 26\.00, the records add up to EUR 0\.00"):
        checked(rejection(tmp_path, awarded_total_cents=2_600))
    with pytest.raises(TrailerMismatchError, match=r"can only reject the message.* a record for each line"):
        checked(rejection(tmp_path, awarded_total_cents=2_600))


def test_any_of_its_codes_may_reject(tmp_path):
    delivery = checked(declaration(tmp_path), rejection(tmp_path, codes=("0200", "8073")))
    assert delivery.tables["claim_line"].select("awarded_cents", "return_code").collect().rows() == [
        (0, "8073")
    ]


@pytest.mark.parametrize("code", ["0200", "0587", "9999"], ids=["no remark", "of a line", "unknown"])
def test_an_empty_answer_with_another_code_decides_nothing_and_says_so(tmp_path, code):
    delivery = checked(declaration(tmp_path), rejection(tmp_path, codes=(code,)))
    lines = delivery.tables["claim_line"].select("awarded_cents", "return_code").collect()
    assert lines.rows() == [(None, None)]
    assert delivery.files[1].warnings == (
        "The answer holds no records, and no return code that rejects the whole message: nothing is decided by it.",
    )


def test_an_answer_without_a_code_is_refused_for_the_standard_asks_for_one(tmp_path):
    with pytest.raises(FileRefusedError, match=r"RETOURCODE \(01\) is empty"):
        checked(rejection(tmp_path, codes=("",)))
