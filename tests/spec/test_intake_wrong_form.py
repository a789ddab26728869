"""A table in another form than its mapping says, or cut short: what is said of it, and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from pipeline.errors import FileRefusedError, SettingsError, TrailerMismatchError, TruncatedFileError
from pipeline.intake.staging import FileFacts
from pipeline.intake.tables.expected_rows import require_rows
from tests.table_files import HEADER, lines, read_file, read_text

ROW = ("REF1", "01990001", "01-01-2025", "3", "15-01-2025", "1,50")


def refused(folder: Path, text: str, **form: object) -> str:
    with pytest.raises(FileRefusedError) as caught:
        read_text(folder, text, **form)
    return str(caught.value)


def test_a_missing_column_is_named_with_the_columns_that_the_mapping_does_not_use(tmp_path: Path) -> None:
    said = refused(tmp_path, lines(ROW).replace("bedrag", "totaal"))
    assert "The header does not name the column bedrag in table.csv, line 1." in said
    assert "Columns that the mapping does not use: totaal. Mend the mapping" in said


def test_a_first_line_that_may_be_data_is_not_repeated(tmp_path: Path) -> None:
    said = refused(tmp_path, ";".join(ROW) + "\n" + ";".join(ROW) + "\n")
    assert "does not name the columns " in said
    assert not any(cell in said for cell in ("REF1", "01990001", "15-01-2025"))


@pytest.mark.parametrize(
    ("before", "separator", "form", "hint"),
    [
        ("", "|", {"separator": ";"}, 'They stand on line 1: write `separator: "|"` in the'),
        ("Overzicht\nvan betalingen\n", ";", {}, "They stand on line 3: write `header_row: 3` in the"),
        (
            "Overzicht\n",
            "\t",
            {},
            'They stand on line 2: write `separator: "\\t"` and `header_row: 2` in the',
        ),
    ],
)
def test_where_the_header_seems_to_be_is_said(
    tmp_path: Path, before: str, separator: str, form: dict[str, str], hint: str
) -> None:
    form = {"separator": ";"} | form
    assert hint in refused(tmp_path, before + lines(ROW, separator=separator), **form)


def test_where_the_header_of_a_workbook_seems_to_be_is_said(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "table.xlsx") as book:
        book.add_worksheet("Toelichting").write_string(0, 0, "Betalingen")
        sheet = book.add_worksheet("Lijst")
        sheet.write_string(0, 0, "Overzicht")
        sheet.write_row(2, 0, HEADER)
    with pytest.raises(FileRefusedError, match=r"stand in row 3 of sheet 2: write its name as `sheet`, and"):
        read_file(tmp_path / "table.xlsx")
    with pytest.raises(FileRefusedError, match=r"They stand in row 3: write `header_row: 3` in the"):
        read_file(tmp_path / "table.xlsx", sheet="Lijst")


def test_a_workbook_where_the_mapping_says_csv_is_refused_as_such_and_the_other_way_round(
    tmp_path: Path,
) -> None:
    xlsxwriter.Workbook(tmp_path / "table.xlsx").close()
    with pytest.raises(
        FileRefusedError, match=r"a workbook \(XLSX\), and the mapping says .* a text \(CSV\)"
    ):
        read_file(tmp_path / "table.xlsx", kind="CSV")
    assert "a text (CSV), and the mapping says that it is a Parquet file" in refused(
        tmp_path, lines(ROW), kind="Parquet"
    )


@pytest.mark.parametrize("left", [1, 20, len(";".join(ROW[:-1]))])
def test_a_table_cut_short_within_its_last_row_is_refused(tmp_path: Path, left: int) -> None:
    cut = lines(ROW) + ";".join(ROW)[:left]
    with pytest.raises(TruncatedFileError, match=r"ends within a row: .* no line end in table.csv, line 3\."):
        read_text(tmp_path, cut)


def test_a_short_row_with_its_line_end_is_rejected_and_the_file_is_read(tmp_path: Path) -> None:
    assert read_text(tmp_path, lines(ROW) + "Totaal;1\r\n").findings == [(3, "", "cells")]


def test_a_whole_last_row_without_line_end_is_noted_only(tmp_path: Path) -> None:
    found = read_text(tmp_path, lines(ROW).rstrip())
    assert (found.rows.height, found.facts.warnings) == (1, ())
    assert any("no line end" in note for note in found.facts.notes)
    assert not any("no line end" in note for note in read_text(tmp_path, lines(ROW)).facts.notes)


@pytest.mark.parametrize(("records", "expected"), [({"row": 3}, None), ({"row": 3}, 3), ({"row": 0}, 0)])
def test_as_many_rows_as_are_expected_are_good(records: dict[str, int], expected: int | None) -> None:
    require_rows(FileFacts("CSV", "", records, None), expected, "table.csv")


def test_another_number_of_rows_than_expected_is_refused_and_a_message_counts_itself() -> None:
    with pytest.raises(TrailerMismatchError, match=r"has 1,203 rows, and 1,204 are expected in table\.csv"):
        require_rows(FileFacts("CSV", "", {"row": 1203}, None), 1204, "table.csv")
    with pytest.raises(SettingsError, match="expected of a message"):
        require_rows(FileFacts("ZH308", "9.0", {"01": 1}, 5), 7, "message.asc")
