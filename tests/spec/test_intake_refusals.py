"""Files that are refused as a whole: each with one clear error of its own kind."""

from __future__ import annotations

import pytest

from pipeline.errors import (
    FileRefusedError,
    RecordLengthError,
    TrailerMismatchError,
    TruncatedFileError,
    UnknownStandardError,
)
from pipeline.intake.check import check_file
from tests.intake_messages import BSN, check_lines, judge_all_but_other, put, zh308


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
    said = refusal([lines[0], lines[1] + " ", *lines[2:]], tmp_path, RecordLengthError)
    assert said.startswith(
        "Record 04 has 611 characters instead of 610 (1 such records) in message.asc, line 2."
    )


def test_an_unknown_version_is_answered_with_the_known_ones(tmp_path):
    lines = zh308()
    lines[0] = put(lines[0], "message_version", "08", record="01")
    said = refusal(lines, tmp_path, UnknownStandardError)
    assert "message 101, version 08.00" in said
    assert said.endswith("Known are: AP304 8.0, MZ301 1.3, ZH308 9.0.")


def test_the_first_characters_of_a_file_that_is_no_message_are_not_repeated(tmp_path):
    assert BSN[2:9] not in refusal([f"{BSN};1950", "x"], tmp_path, UnknownStandardError)


def test_a_closing_record_that_disagrees_names_field_what_it_says_and_what_was_counted(tmp_path):
    trailer = {"tariff_record_count": 7, "declared_total_cents": 12_346}
    said = refusal(zh308(trailer=trailer), tmp_path, TrailerMismatchError)
    assert "tariff_record_count says 7, counted 1; declared_total_cents says 12346, counted 12345" in said


def test_a_total_with_the_wrong_sign_disagrees(tmp_path):
    said = refusal(zh308(trailer={"declared_total_sign": "C"}), tmp_path, TrailerMismatchError)
    assert "declared_total_cents says -12345, counted 12345" in said


def test_two_messages_in_one_file_are_refused(tmp_path):
    said = refusal(zh308() + zh308(), tmp_path, FileRefusedError)
    assert said.startswith(
        "Record 99 stands between the opening and the closing record in message.asc, line 4."
    )


def test_a_record_of_unknown_kind_is_refused(tmp_path):
    lines = zh308()
    said = refusal([lines[0], "07" + lines[1][2:], *lines[2:]], tmp_path, FileRefusedError)
    assert "unknown kind" in said


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(FileRefusedError, match=r"cannot be read"):
        check_file(tmp_path / "absent.asc", judge_bsn=judge_all_but_other)
