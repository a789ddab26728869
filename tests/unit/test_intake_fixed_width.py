"""Line ends, encodings and blanks of fixed-width files; writing records."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from pipeline.errors import LayoutError
from pipeline.intake.fixed_width import read_message
from pipeline.intake.render import render
from pipeline.intake.source_file import SourceFile
from tests.intake_messages import BSN, ZH308, check_lines, put, zh308


def message(lines, end="\r\n", encoding="latin-1"):
    return read_message(SourceFile("message.asc", end.join(lines).encode(encoding)))


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("encoding", ["latin-1", "utf-8", "utf-8-sig"])
def test_line_ends_and_encoding_change_no_field(end, encoding):
    lines = zh308()
    lines[1] = put(lines[1], "diagnosis_code", "é17", record="04")
    records = message(lines, end, encoding).records("04")
    assert records["diagnosis_code"].to_list() == ["é17"]
    assert records["line_reference"].to_list() == ["P1"]


@pytest.mark.parametrize("tail", ["", "\r\n", "\n", "\r", "\r\n\r\n"])
def test_the_last_line_may_end_as_it_likes(tail):
    source = SourceFile("message.asc", ("\n".join(zh308()) + tail).encode())
    assert read_message(source).lines.height == 4


def test_digits_keep_their_zeros_text_is_stripped_and_blanks_are_null():
    records = message(zh308(performances=[{"diagnosis_code": "  0170 ", "quantity": 7}])).records("04")
    row = records.row(0, named=True)
    assert (row["treating_specialism_code"], row["quantity"]) == ("0305", "0007")
    assert (row["diagnosis_code"], row["icd10_code"]) == ("0170", None)
    assert (row["line_number"], row["bsn"]) == (2, BSN)
    assert "reserve" not in row


def test_the_file_as_it_lies_on_disk_gives_the_same_rows_for_both_line_ends(tmp_path):
    windows, unix = (check_lines(zh308(), tmp_path, end=end) for end in ("\r\n", "\n"))
    assert windows.tables["claim_line"].equals(unix.tables["claim_line"])
    assert windows.sha256 != unix.sha256


def test_a_record_is_written_in_the_place_and_manner_of_its_type():
    frame = pl.DataFrame({"bsn": [BSN], "declared_cents": [42], "line_reference": ["R1"]})
    (line,) = render(ZH308, "06", frame)
    assert len(line) == 610
    assert line[:2] == "06"
    assert line[14:23] == BSN
    assert line[106:114] == "00000042"
    assert line[115:135] == "R1".ljust(20)


def test_the_opening_record_gets_the_codes_by_which_it_is_known():
    (line,) = render(ZH308, "01", pl.DataFrame({"invoice_date": [dt.date(2026, 4, 30)]}))
    assert line[:9] == "011010900"
    assert line[92:100] == "20260430"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("declared_cents", 100_000_000),
        ("declared_cents", -1),
        ("bsn", "12345678X"),
        ("line_reference", "x" * 21),
    ],
)
def test_a_value_that_does_not_fit_is_refused_without_showing_it(column, value):
    with pytest.raises(LayoutError, match=f"do not fit field '{column}'") as caught:
        render(ZH308, "06", pl.DataFrame({column: [value]}))
    assert str(value) not in str(caught.value).replace("06", "")


def test_a_column_that_is_no_field_is_refused():
    with pytest.raises(LayoutError, match="price: no field of record 06"):
        render(ZH308, "06", pl.DataFrame({"price": [1]}))


def test_a_name_that_can_be_read_either_way_is_read_so_that_the_records_keep_their_length() -> None:
    source = SourceFile("m", "\r\n".join(zh308(performances=[{"diagnosis_code": "Â¡"}])).encode("latin-1"))
    assert source.utf8() == source.content
    assert read_message(source).records("04")["diagnosis_code"].to_list() == ["Â¡"]
