"""Files that are refused as a whole: each with one clear error of its own kind."""

from __future__ import annotations

import polars as pl
import pytest

from pipeline.errors import (
    FileRefusedError,
    RecordLengthError,
    TrailerMismatchError,
    TruncatedFileError,
    UnknownStandardError,
)
from pipeline.intake.check import FileToCheck, check_delivery, check_file
from pipeline.intake.files.workspace import Workspace
from pipeline.intake.messages import layouts
from pipeline.intake.messages.render import render
from tests.intake_messages import BSN, ZH308, check_lines, judge_all_but_other, put, zh308


def refusal(lines, folder, kind):
    with pytest.raises(FileRefusedError) as caught:
        check_lines(lines, folder)
    assert type(caught.value) is kind
    assert BSN not in str(caught.value)
    return str(caught.value)


def test_a_file_without_its_closing_record_is_truncated(tmp_path):
    said = refusal(zh308()[:-1], tmp_path, TruncatedFileError)
    assert said.startswith("The file ends without its closing record 99 in message.asc, line 3.")


def test_a_file_that_ends_within_a_record_is_truncated(tmp_path):
    lines = zh308()
    said = refusal([*lines[:2], lines[2][:100]], tmp_path, TruncatedFileError)
    assert said.startswith(
        "The file ends after 100 of the 610 characters of a record in message.asc, line 3."
    )


@pytest.mark.parametrize("content", [b"", b"\r\n\r\n"])
def test_an_empty_file_says_so(tmp_path, content):
    (tmp_path / "empty.asc").write_bytes(content)
    with pytest.raises(TruncatedFileError, match=r"empty in empty\.asc"):
        check_file(tmp_path / "empty.asc", judge_bsn=judge_all_but_other)


def test_a_record_of_another_length_is_named_by_line_and_code(tmp_path):
    lines = zh308()
    said = refusal([lines[0], lines[1] + "x", *lines[2:]], tmp_path, RecordLengthError)
    assert said.startswith("Record 04 has 611 characters instead of 610 in message.asc, line 2.")


def test_an_unknown_version_is_answered_with_the_known_ones(tmp_path):
    lines = zh308()
    lines[0] = put(lines[0], "message_version", "08", record="01")
    said = refusal(lines, tmp_path, UnknownStandardError)
    assert "message 101, version 08.00" in said
    known = ", ".join(layout.title for layout in layouts.all_layouts())
    assert said.endswith(f"Known are: {known}.")


def test_the_first_characters_of_a_file_that_is_no_message_are_not_repeated(tmp_path):
    assert BSN[2:9] not in refusal([f"{BSN};1950", "x"], tmp_path, UnknownStandardError)


def test_a_closing_record_that_disagrees_names_field_what_it_says_and_what_was_counted(tmp_path):
    trailer = {"tariff_record_count": 7, "declared_total_cents": 12_346}
    said = refusal(zh308(trailer=trailer), tmp_path, TrailerMismatchError)
    assert (
        "AANTAL TARIEFRECORDS (positions 21-26) says 7, counted 1; TOTAAL DECLARATIEBEDRAG (positions 46-56)"
        in said
    )
    assert "says EUR 123.46, the records add up to EUR 123.45 in message.asc" in said


def test_a_total_with_the_wrong_sign_disagrees(tmp_path):
    said = refusal(zh308(trailer={"declared_total_sign": "C"}), tmp_path, TrailerMismatchError)
    assert "says -EUR 123.45, the records add up to EUR 123.45" in said


def test_two_messages_in_one_file_are_refused(tmp_path):
    said = refusal(zh308() + zh308(), tmp_path, FileRefusedError)
    assert said.startswith(
        "Record 99 stands between the opening and the closing record in message.asc, line 4."
    )


def test_a_record_of_unknown_kind_is_refused(tmp_path):
    lines = zh308()
    said = refusal([lines[0], "07" + lines[1][2:], *lines[2:]], tmp_path, FileRefusedError)
    assert "unknown kind" in said


def test_the_first_faulty_line_is_named_whichever_fault_it_has(tmp_path):
    lines = zh308()
    short, unknown = lines[1][:-1], "07" + lines[1][2:]
    assert "line 2" in refusal([lines[0], unknown, short, *lines[2:]], tmp_path, FileRefusedError)
    assert "line 2" in refusal([lines[0], short, unknown, *lines[2:]], tmp_path, RecordLengthError)


def test_an_empty_line_between_records_is_no_record(tmp_path):
    lines = zh308()
    said = refusal([*lines[:2], "", *lines[2:]], tmp_path, RecordLengthError)
    assert said.startswith("A record of unknown kind has 0 characters instead of 610 in message.asc, line 3.")


def test_records_that_stand_before_their_insured_are_nobodys(tmp_path):
    lines = zh308()
    insured = render(ZH308, "02", pl.DataFrame({"bsn": [BSN]}))[0]
    trailer = {"insured_record_count": 1, "detail_record_count": 3}
    moved = [lines[0], lines[2], insured, lines[1], zh308(trailer=trailer)[-1]]
    said = refusal(moved, tmp_path, FileRefusedError)
    assert said.startswith(
        "The first record 02 stands behind details that belong to none, from line 2 on in message.asc, line 3."
    )


def test_a_message_that_is_marked_as_a_test_is_refused_unless_tests_are_allowed(tmp_path):
    lines = zh308(header={"message_kind_code": "T"})
    said = refusal(lines, tmp_path, FileRefusedError)
    assert said.startswith("The message is marked as a test in message.asc, line 1, field message_kind_code.")
    files = [FileToCheck(tmp_path / "message.asc")]
    options = {"judge_bsn": judge_all_but_other, "workspace": Workspace.temporary()}
    assert check_delivery(files, **options, allow_test_messages=True).files[0].outcome == "accepted"


def test_a_message_of_unknown_kind_is_refused(tmp_path):
    assert "neither for production" in refusal(
        zh308(header={"message_kind_code": "X"}), tmp_path, FileRefusedError
    )


def test_a_fault_of_the_opening_record_refuses_the_file_and_all_are_named(tmp_path):
    lines = zh308(header={"invoice_number": None})
    lines[0] = put(lines[0], "invoice_date", "20260431", record="01")
    said = refusal(lines, tmp_path, FileRefusedError)
    assert said.startswith(
        "The opening record has faults: FACTUURNUMMER DECLARANT is empty; DAGTEKENING FACTUUR is no existing date "
        "written as YYYYMMDD (there is no such day) in message.asc, line 1, field FACTUURNUMMER DECLARANT (positions "
    )


@pytest.mark.parametrize("end", ["\x1a", "\x1a\r\n", "\r\n \x1a"])
def test_the_end_of_file_character_of_old_systems_is_blank(tmp_path, end):
    (tmp_path / "message.asc").write_text("\r\n".join([*zh308(), end]), encoding="ascii", newline="")
    checked = check_file(tmp_path / "message.asc", judge_bsn=judge_all_but_other)
    assert (checked.outcome, checked.records["99"]) == ("accepted", 1)


def test_a_file_of_utf_16_is_no_message(tmp_path):
    (tmp_path / "message.asc").write_bytes("\r\n".join(zh308()).encode("utf-16"))
    with pytest.raises(UnknownStandardError, match="UTF-16"):
        check_file(tmp_path / "message.asc", judge_bsn=judge_all_but_other)


def test_a_line_that_does_not_end_is_not_read_to_its_end(tmp_path):
    lines = zh308()
    said = refusal([lines[0], lines[1] + "x" * 40_000_000, *lines[2:]], tmp_path, RecordLengthError)
    assert said.startswith(
        "Record 04 has more than 1,048,576 characters instead of 610 in message.asc, line 2."
    )


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(FileRefusedError, match=r"cannot be read"):
        check_file(tmp_path / "absent.asc", judge_bsn=judge_all_but_other)
