"""The list to mend in the standard's own form: the declaration's records with our findings, and nothing awarded."""

from __future__ import annotations

import datetime as dt
import stat

import polars as pl
import pytest

from pipeline.errors import FileRefusedError, LayoutError
from pipeline.intake.answers.return_file import write_return
from pipeline.intake.check import FileToCheck, check_delivery, check_file
from pipeline.intake.files.workspace import Workspace
from pipeline.intake.messages import layouts
from pipeline.intake.messages.render import render
from tests.intake_messages import BSN, OTHER_BSN, check_lines, judge_all_but_other, put, zh308

AP304 = layouts.load("AP304", "7.2")
DISPENSING = {
    "detail_record_number": 1,
    "bsn": BSN,
    "insurer_code": "9991",
    "forwarding_allowed_code": "1",
    "performance_date": dt.date(2025, 3, 1),
    "performance_list_code": "001",
    "performance_code": "99000101",
    "dispensing_unit_code": "ST",
    "dispensed_thousandths": 90_000,
    "treating_caregiver_code": "02990001",
    "referring_caregiver_code": "01990001",
    "prescription_number": 7,
    "prescription_sequence_number": 1,
    "preparation_kind_code": "1",
    "regulated_tariff_applies_code": "1",
    "copayment_included_code": "2",
    "declared_cents": 1_350,
    "declared_sign": "D",
    "line_reference": "A1",
}


def ap304(*dispensings, message_code="106"):
    """The lines of a pharmacies' message of edition 7.2; each dispensing is what differs from the ordinary one."""
    rows = [DISPENSING | {"detail_record_number": i + 1} | said for i, said in enumerate(dispensings)]
    header = {
        "message_code": message_code,
        "message_kind_code": "P",
        "service_bureau_code": "98990001",
        "payee_code": "01",
        "claim_period_start_date": dt.date(2025, 1, 1),
        "claim_period_end_date": dt.date(2025, 4, 30),
        "invoice_number": "F1",
        "invoice_date": dt.date(2025, 4, 30),
        "currency_code": "EUR",
    }
    closing = {
        "performance_record_count": len(rows),
        "detail_record_count": len(rows),
        "declared_total_cents": sum(row["declared_cents"] for row in rows),
        "declared_total_sign": "D",
    }
    return [
        *render(AP304, "01", pl.DataFrame([header])),
        *render(AP304, "04", pl.DataFrame(rows)),
        *render(AP304, "99", pl.DataFrame([closing])),
    ]


def returned(folder, lines, **options):
    """The lines of the return file on a message of these lines."""
    checked = check_lines(lines, folder)
    write_return(folder / "message.asc", checked, folder / "return.asc", **options)
    return (folder / "return.asc").read_bytes().decode("utf-8").split("\r\n")[:-1]


def as_if_for_production(path):
    """The file, its mark of a test taken away: without it nobody reads an answer of ours."""
    text = path.read_bytes()
    assert text[9:10] == b"T"
    path.write_bytes(text[:9] + b"P" + text[10:])
    return path


@pytest.mark.parametrize("allowed", [False, True])
def test_it_is_never_taken_in_as_an_answer(tmp_path, allowed):
    returned(tmp_path, ap304({}))
    files = [FileToCheck(tmp_path / name) for name in ("message.asc", "return.asc")]
    options = {"judge_bsn": judge_all_but_other, "workspace": Workspace.temporary()}
    with pytest.raises(
        FileRefusedError, match=r"an answer that is marked as a test: it decides nothing in return"
    ):
        check_delivery(files, **options, allow_test_messages=allowed)


def test_each_record_comes_back_with_the_codes_of_its_findings(tmp_path):
    lines = ap304({}, {"bsn": OTHER_BSN, "line_reference": "A2"})
    first, good, bad, comment, last = returned(tmp_path, lines)
    assert (good[:310], bad[:310]) == tuple(lines[1:3])
    # AP305: awarded VAT 320-327, awarded 328-335 with its sign, then three return codes of four positions.
    assert good[310:348] == "0" * 8 + " " + "0" * 16 + "D" + " " * 12
    assert bad[336:348] == "0435" + " " * 8
    assert (comment[:14], comment[14:18]) == ("98" + bad[2:14], "0001")
    assert comment[18:158].rstrip() == "bsn: this cannot be a BSN: eleven_test"
    assert first[:10] == "011430702T", "the answer's own code, and marked as a test"
    assert first[334:346] == "20250430" + "0200", "the day of the invoice, when none is given"
    # Two performances, one comment; what was declared, and that nothing is awarded.
    assert last[:57] == "99" + "0" * 12 + "000002" + "000001" + "0000003" + "00000002700D" + "00000000000D"
    assert {len(line) for line in (first, good, bad, comment, last)} == {370}


def test_it_is_a_message_of_the_return_standard_that_reconciles(tmp_path):
    returned(tmp_path, ap304({}, {"declared_sign": "X", "line_reference": "A2"}))
    read = check_file(as_if_for_production(tmp_path / "return.asc"), judge_bsn=judge_all_but_other)
    assert (read.standard, read.version) == ("AP305", "7.2")
    assert read.records["98"] == 1


def test_the_answer_has_the_code_of_its_own_kind_of_care_and_the_given_day(tmp_path):
    first, *_ = returned(tmp_path, ap304({}, message_code="120"), returned_on=dt.date(2025, 5, 6))
    assert (first[2:5], first[334:342]) == ("144", "20250506")


def test_a_record_has_at_most_three_codes_and_each_finding_its_words(tmp_path):
    faults = {"declared_sign": "X", "line_reference": None, "performance_date": None}
    first, bad, last = ap304(faults)
    lines = [first, put(bad, "detail_record_number", "00000000000X", "04", AP304), last]
    _, bad, *comments, _ = returned(tmp_path, lines)
    # In the order of the fields: the record's number, the date, the sign; the reference is the fourth.
    assert bad[336:348] == "080180070631"
    assert [comment[14:18] for comment in comments] == ["0001", "0002", "0003", "0004"]
    assert {comment[2:14] for comment in comments} == {"0" * 12}, "a number that is none is not repeated"


def test_comments_go_on_from_those_that_the_declaration_has(reference, tmp_path):
    example = reference / "vektis" / "examples" / "MZ301_v1.3_example.asc"

    def fail_all(numbers):
        return pl.DataFrame({"normalised": [None] * len(numbers), "reason": ["it fails"] * len(numbers)})

    checked = check_file(example, judge_bsn=fail_all)
    write_return(example, checked, tmp_path / "return.asc")
    comments: dict[str, list[str]] = {}
    for line in (tmp_path / "return.asc").read_text(encoding="utf-8").splitlines():
        if line.startswith("98"):
            comments.setdefault(line[2:14], []).append(line[14:18])
    own = [line[2:14] for line in example.read_text("latin-1").splitlines() if line.startswith("98")]
    assert all(numbers == [f"{i:04}" for i in range(1, len(numbers) + 1)] for numbers in comments.values())
    assert sum(map(len, comments.values())) == len(own) + 4
    read = check_file(as_if_for_production(tmp_path / "return.asc"), judge_bsn=judge_all_but_other)
    assert (read.standard, read.trailer_cents) == ("MZ302", 40_000)


def test_no_value_of_a_field_stands_in_a_comment(tmp_path):
    *_, comment, _ = returned(tmp_path, ap304({"bsn": OTHER_BSN}))
    assert OTHER_BSN not in comment


def test_only_its_owner_may_read_it(tmp_path):
    returned(tmp_path, ap304({}))
    assert stat.S_IMODE((tmp_path / "return.asc").stat().st_mode) == 0o600


def test_a_standard_without_a_return_message_is_told(tmp_path):
    checked = check_lines(zh308(), tmp_path)
    known = r"There are return messages to AP304 7\.2, MZ301 1\.3, PM304 3\.2\."
    with pytest.raises(LayoutError, match=rf"ZH308 9\.0 has no return message .*{known}"):
        write_return(tmp_path / "message.asc", checked, tmp_path / "return.asc")
    assert not (tmp_path / "return.asc").exists()
