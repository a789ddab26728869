"""Line ends, encodings and blanks of fixed-width files; writing records."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from pipeline.errors import LayoutError
from pipeline.intake.files.source_file import SourceFile
from pipeline.intake.messages.message_form import MessageForm
from pipeline.intake.messages.render import render
from tests.intake_messages import BSN, ZH308, check_lines, put, zh308


def message(folder, content):
    """The form of a message of these bytes, and its records as one block."""
    (folder / "message.asc").write_bytes(content)
    source = SourceFile.at(folder / "message.asc", workspace=folder)
    form = MessageForm.of(source)
    (block,) = form.blocks(source)
    return form, block


def fields(folder, lines, end="\r\n", encoding="latin-1", code="04"):
    return message(folder, end.join(lines).encode(encoding))[1].records(code).fields()


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("encoding", ["latin-1", "utf-8", "utf-8-sig"])
def test_line_ends_and_encoding_change_no_field(tmp_path, end, encoding):
    lines = zh308()
    lines[1] = put(lines[1], "diagnosis_code", "é17", record="04")
    records = fields(tmp_path, lines, end, encoding)
    assert records["diagnosis_code"].to_list() == ["é17"]
    assert records["line_reference"].to_list() == ["P1"]


@pytest.mark.parametrize("tail", ["", "\r\n", "\n", "\r", "\r\n\r\n"])
def test_the_last_line_may_end_as_it_likes(tmp_path, tail):
    form, block = message(tmp_path, ("\n".join(zh308()) + tail).encode())
    assert (block.lines.height, form.warnings) == (4, ())


def test_line_ends_may_be_mixed(tmp_path):
    first, *others = zh308()
    _, block = message(tmp_path, (first + "\n" + "\r\n".join(others)).encode())
    assert block.records("06").fields("line_reference")["line_reference"].to_list() == ["R1"]


def test_blanks_beyond_a_record_are_cut_away_and_told(tmp_path):
    lines = zh308(performances=[{"diagnosis_code": "é17"}])
    form, block = message(tmp_path, "\n".join([lines[0] + "   ", lines[1] + " ", *lines[2:]]).encode())
    assert block.records("04").fields("diagnosis_code")["diagnosis_code"].to_list() == ["é17"]
    assert form.warnings == (
        "Blanks beyond the length of a record were cut away: 2 records (the first in line 1).",
    )


def test_each_line_is_read_in_the_encoding_that_gives_its_length(tmp_path):
    lines = zh308(performances=[{"diagnosis_code": "é17"}, {"diagnosis_code": "ö9"}], tariffs=[])
    parts = [line.encode("latin-1" if i == 1 else "utf-8") for i, line in enumerate(lines)]
    form, block = message(tmp_path, b"\r\n".join(parts))
    assert block.records("04").fields("diagnosis_code")["diagnosis_code"].to_list() == ["é17", "ö9"]
    assert form.warnings == ("Read as latin-1, not as UTF-8: 1 record (line 2).",)


def test_digits_keep_their_zeros_text_is_stripped_and_blanks_are_null(tmp_path):
    records = fields(tmp_path, zh308(performances=[{"diagnosis_code": "  0170 ", "quantity": 7}]))
    row = records.row(0, named=True)
    assert (row["treating_specialism_code"], row["quantity"]) == ("0305", "0007")
    assert (row["diagnosis_code"], row["icd10_code"]) == ("0170", None)
    assert (row["line_number"], row["bsn"]) == (2, BSN)
    assert "reserve" not in row


def test_the_file_as_it_lies_on_disk_gives_the_same_rows_for_both_line_ends(tmp_path):
    windows, unix = (check_lines(zh308(), tmp_path, end=end) for end in ("\r\n", "\n"))
    assert windows.tables["claim_line"].collect().equals(unix.tables["claim_line"].collect())
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


def test_a_name_that_can_be_read_either_way_is_read_so_that_the_records_keep_their_length(tmp_path) -> None:
    lines = zh308(performances=[{"diagnosis_code": "Â¡"}])
    "\r\n".join(lines).encode("latin-1").decode("utf-8")
    assert fields(tmp_path, lines)["diagnosis_code"].to_list() == ["Â¡"]
