"""Tables as systems write them: dialects, encodings, notations, Parquet and workbooks. The same rows come of all."""

from __future__ import annotations

import datetime as dt
import zipfile

import polars as pl
import pytest
import xlsxwriter

from pipeline.errors import FileRefusedError, LayoutError, PackedFileError
from pipeline.intake.tables.sheet_limits import require_safe
from tests.table_files import HEADER, lines, read_file, read_text

JANUARY, PAID = dt.date(2025, 1, 1), dt.date(2025, 1, 15)
ROW = ("B1", "01990001", "01-01-2025", "3", "15-01-2025", "1234,50")


def with_amount(text: str) -> tuple[str, ...]:
    return (*ROW[:-1], text)


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_separator_and_the_line_ends_are_found(tmp_path, separator, end):
    row = with_amount("1234.50")
    read = read_text(tmp_path, lines(row, row, separator=separator, end=end))
    assert (read.rows.height, read.cents, read.findings) == (2, 246_900, [])
    assert read.column("row_number") == [2, 3]


@pytest.mark.parametrize(
    ("encoding", "warned"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", "utf-16"),
        ("utf-16-be", "utf-16"),
        ("windows-1252", "windows-1252"),
        ("latin-1", "iso-8859-1"),
    ],
)
def test_the_encoding_is_found_and_said_when_it_is_no_utf_8(tmp_path, encoding, warned):
    sign = "\x81" if encoding == "latin-1" else "€"  # a byte that windows-1252 does not have
    read = read_text(tmp_path, lines((f"Bé{sign}1", *ROW[1:])), encoding)
    assert read.column("payment_ref") == [f"Bé{sign}1"]
    assert read.facts.warnings == ()
    said = [note for note in read.facts.notes if "UTF-8" in note]
    assert said == ([f"The file is no UTF-8: it was read as {warned}"] if warned else [])


def test_an_encoding_that_the_mapping_names_is_taken_at_its_word(tmp_path):
    text = lines(("Bé1", *ROW[1:]))
    assert read_text(tmp_path, text, "cp850", encoding="CP850").column("payment_ref") == ["Bé1"]
    with pytest.raises(FileRefusedError, match="no text in utf-8"):
        read_text(tmp_path, text, "cp850", encoding="UTF-8")


@pytest.mark.parametrize(
    ("written", "notation"),
    [
        (("01-01-2025", "15-01-2025"), "%d-%m-%Y"),
        (("01/01/2025", "15/01/2025"), "%d/%m/%Y"),
        (("01/01/2025", "01/15/2025"), "%m/%d/%Y"),
        (("2025-01-01", "2025-01-15"), "%Y-%m-%d"),
        (("20250101", "20250115"), "%Y%m%d"),
        (("01012025", "15012025"), "%d%m%Y"),
        (("2025-01-01 00:00:00", "2025-01-15 00:00:00"), "%Y-%m-%d %H:%M:%S"),
        (("45658", "45672"), "excel"),
    ],
)
def test_the_notation_of_dates_is_found_and_said(tmp_path, written, notation):
    row = ("B1", "01990001", written[0], "3", written[1], "1,50")
    read = read_text(tmp_path, lines(row))
    assert (read.column("from_month"), read.column("paid_date")) == ([JANUARY], [PAID])
    assert f"Dates were read as {notation} (found in the first rows)" in read.facts.notes
    assert read_text(tmp_path, lines(row), dates=notation).column("paid_date") == [PAID]


@pytest.mark.parametrize(
    ("amount", "decimal", "cents"),
    [
        ("1234,5", ",", 123_450),
        ("1.234,56", ",", 123_456),
        ("1234567,89", ",", 123_456_789),
        ("1.234.567,89", ",", 123_456_789),
        ("1,234.56", ".", 123_456),
        ("1 234,56", ",", 123_456),
        ("1'234.56", ".", 123_456),
        ("-12,30", ",", -1_230),
        ("- 12,30", ",", -1_230),
        ("12,30-", ",", -1_230),
        ("+12,30", ",", 1_230),
        ("€ 12,30", ",", 1_230),
        (",50", ",", 50),
        ("-.5", ".", -50),
        ("12,3000", ",", 1_230),
        ("1,200", ",", 120),
        ("1234567890123,45", ",", 123_456_789_012_345),
        ("1234", ",", 123_400),
        ("123450", "", 123_450),
        ("123450-", "", -123_450),
    ],
)
def test_an_amount_is_read_to_the_cent_however_it_is_written(tmp_path, amount, decimal, cents):
    read = read_text(tmp_path, lines(with_amount(amount), separator="|"), decimal=decimal)
    assert (read.column("paid_cents"), read.cents, read.findings) == ([cents], cents, [])


@pytest.mark.parametrize(
    ("amount", "decimal"),
    [
        ("1.23,4", ","),
        ("1.234", ","),
        ("12.50", ","),
        ("12,505", ","),
        ("1,2,3", ","),
        ("12,50", ""),
        ("12,", ","),
        ("12345678901234,56", ","),
        ("1234567890123456", ""),
        ("999999999999999999", ","),
        ("92233720368547758,08", ","),
    ],
)
def test_an_amount_that_may_mean_two_things_or_nothing_rejects_its_row(tmp_path, amount, decimal):
    read = read_text(tmp_path, lines(with_amount(amount)), decimal=decimal)
    assert (read.findings, read.cents) == ([(2, "bedrag", "number")], 0)


def test_a_thousands_sign_that_the_mapping_names_or_the_first_rows_show_is_also_read_without_decimals(
    tmp_path,
):
    for form in ({"decimal": ",", "thousands": "."}, {}):
        read = read_text(tmp_path, lines(with_amount("1.234"), with_amount("9.876,50")), **form)
        assert read.column("paid_cents") == [123_400, 987_650]


def test_whole_amounts_may_be_euros_or_cents_and_the_mapping_has_to_say_which(tmp_path):
    with pytest.raises(LayoutError, match="may be euros or cents"):
        read_text(tmp_path, lines(with_amount("1234")))


@pytest.mark.parametrize("amount", ["1.200", "1,200", "-12.500", "1.200.000", "€ 3.000", "1.200-"])
def test_three_digits_behind_a_sign_may_be_thousands_and_the_mapping_has_to_say(tmp_path, amount):
    with pytest.raises(LayoutError, match="thousands or decimals"):
        read_text(tmp_path, lines(with_amount(amount), with_amount("30"), separator="|"))


@pytest.mark.parametrize(
    ("others", "cents"),
    [
        (["1,5"], 150),
        (["1,50"], 150),
        (["1,5000"], 150),
        (["1.234,500"] * 2 + ["1,50"], 123_450 * 2 + 150),
    ],
)
def test_a_sign_that_others_show_to_be_decimal_makes_no_thousand_a_one(tmp_path, others, cents):
    """Of 1,200 the file alone does not say that it is 1.20: the row waits for a mapping that does."""
    text = lines(*(with_amount(amount) for amount in [*others, "1,200"]))
    read = read_text(tmp_path, text)
    assert ([rule for _, _, rule in read.findings], read.cents) == (["number"], cents)
    assert read_text(tmp_path, text, decimal=",").cents == cents + 120


def test_dates_that_fit_days_first_and_months_first_are_left_to_the_mapping(tmp_path):
    rows = [("B1", "01990001", "01/02/2025", "3", "03/04/2025", "1,50")] * 2
    with pytest.raises(LayoutError, match="%d/%m/%Y or as %m/%d/%Y"):
        read_text(tmp_path, lines(*rows))
    assert (
        read_text(tmp_path, lines(*rows), dates="%m/%d/%Y").column("paid_date") == [dt.date(2025, 3, 4)] * 2
    )
    shows = ("B2", "01990001", "01/02/2025", "3", "13/04/2025", "1,50")
    assert read_text(tmp_path, lines(*rows, shows)).column("paid_date")[0] == dt.date(2025, 4, 3)
    both_same = ("B1", "01990001", "01/01/2025", "3", "02/02/2025", "1,50")
    assert read_text(tmp_path, lines(both_same)).column("paid_date") == [dt.date(2025, 2, 2)]


def test_a_header_in_other_case_with_blanks_and_accents_is_understood(tmp_path):
    text = (
        lines(ROW).replace("nummer", " Nummer ").replace("bedrag", "BEDRÁG").replace("betaald", '"Betaald"')
    )
    assert read_text(tmp_path, text).cents == 123_450


def test_a_header_below_other_lines_is_found_where_the_mapping_says(tmp_path):
    text = "Betalingen; januari\r\n\r\n" + lines(ROW)
    assert read_text(tmp_path, text, header_row=3).column("row_number") == [4]


def test_a_column_named_twice_is_refused(tmp_path):
    with pytest.raises(FileRefusedError, match="more than one column agb, bedrag"):
        read_text(tmp_path, "".join(line + ";" + line + "\n" for line in lines(ROW).split("\r\n")[:2]))


QUOTED = 'B"1;\n2'


def test_a_quoted_cell_may_hold_separators_line_ends_and_quotes(tmp_path):
    text = lines(('"B""1;\n2"', *ROW[1:]), ROW, end="\n")
    read = read_text(tmp_path, text)
    assert (read.column("payment_ref"), read.column("row_number")) == ([QUOTED, "B1"], [2, 4])


@pytest.mark.parametrize(
    ("bad", "rule"),
    [
        ((*ROW, "more"), "cells"),
        (ROW[:-1], "cells"),
        (('"B1', *ROW[1:]), "quotes"),
        (('B"1', *ROW[1:]), "quotes"),
        (('"B1"x', *ROW[1:]), "quotes"),
        (("B1" * 40_000, *ROW[1:]), "cell"),
    ],
)
def test_a_row_whose_cells_cannot_be_told_apart_is_rejected_and_the_others_go_on(tmp_path, bad, rule):
    good = ('"B2"', *ROW[1:])
    read = read_text(tmp_path, lines(good, bad, good))
    assert [(line, found) for line, _, found in read.findings] == [(3, rule)]
    assert read.column("row_number") == [2, 3, 4]
    assert read.facts.records == {"row": 3}


def test_blank_lines_are_no_rows_and_rows_without_content_are_counted(tmp_path):
    read = read_text(tmp_path, lines(ROW, ("",), ("", "", "", "", "", ""), ROW) + "\r\n\r\n;;;;;\r\n")
    assert read.column("row_number") == [2, 5]
    assert "2 rows without any content were passed over" in read.facts.notes


def test_a_file_with_a_header_only_has_no_rows(tmp_path):
    read = read_text(tmp_path, lines())
    assert (read.rows.height, read.facts.records) == (0, {"row": 0})


TYPED = pl.DataFrame(
    {
        "nummer": ["B1", "B2"],
        "agb": [1990001, 12345678],
        "vanaf": [JANUARY, JANUARY],
        "maanden": [3, None],
        "betaald": [dt.datetime(2025, 1, 15), dt.datetime(2025, 1, 15, 12)],
        "bedrag": [0.1 + 0.2, -1234.5],
    }
)


@pytest.mark.parametrize("amount", [pl.Float64, pl.Decimal(12, 2), pl.Decimal(12, 4)])
def test_parquet_gives_its_typed_values_and_a_code_that_lost_its_zero_is_there_to_be_told(tmp_path, amount):
    TYPED.with_columns(pl.col("bedrag").round(2).cast(amount)).write_parquet(tmp_path / "table.parquet")
    read = read_file(tmp_path / "table.parquet")
    assert (read.facts.standard, read.column("paid_cents")) == ("Parquet", [30, -123_450])
    assert (read.column("paid_date"), read.column("from_month")) == ([PAID, PAID], [JANUARY, JANUARY])
    assert (read.column("provider_code"), read.column("paid_months")) == (["1990001", "12345678"], [3, None])


def test_parquet_in_whole_cents_is_read_as_the_mapping_says(tmp_path):
    TYPED.with_columns(bedrag=pl.Series([30, -5])).write_parquet(tmp_path / "table.parquet")
    assert read_file(tmp_path / "table.parquet", decimal="").cents == 25
    assert read_file(tmp_path / "table.parquet", decimal=",").cents == 2_500
    with pytest.raises(LayoutError, match="euros or cents"):
        read_file(tmp_path / "table.parquet")


@pytest.mark.parametrize("euros", [10**13, 10**17, 184_467_440_737_095_516, 2**63 - 1, -(2**63)])
def test_a_whole_amount_of_parquet_that_no_care_costs_rejects_its_row(tmp_path, euros):
    """A hundred times as many cents does not fit in 64 bits, and would be some other amount."""
    TYPED.with_columns(bedrag=pl.Series([euros, 5], dtype=pl.Int64)).write_parquet(tmp_path / "table.parquet")
    read = read_file(tmp_path / "table.parquet", decimal=",")
    assert (read.findings, read.cents) == ([(1, "bedrag", "number")], 500)


def test_a_column_of_long_numbers_that_is_taken_for_amounts_adds_up_all_the_same(tmp_path):
    """Ten thousand numbers of fifteen digits add up to more than 64 bits hold."""
    number = 10**15 - 1
    pl.concat([TYPED.head(1)] * 10_000).with_columns(bedrag=pl.lit(number)).write_parquet(
        tmp_path / "t.parquet"
    )
    assert read_file(tmp_path / "t.parquet", decimal="").cents == 10_000 * number


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        (dt.datetime(2025, 1, 14, 23, 30), "UTC", PAID),
        (dt.datetime(2025, 1, 14, 22, 30), "UTC", dt.date(2025, 1, 14)),
        (dt.datetime(2025, 6, 30, 22, 0), "UTC", dt.date(2025, 7, 1)),  # an hour more in summer
        (dt.datetime(2025, 1, 14, 20, 0), "America/New_York", dt.date(2025, 1, 15)),
        (dt.datetime(2025, 1, 15, 0, 30), "Europe/Amsterdam", PAID),
    ],
)
def test_of_a_moment_with_a_time_zone_the_day_in_the_netherlands_is_taken_and_said(
    tmp_path, moment, zone, day
):
    zoned = pl.Series([moment] * 2).dt.replace_time_zone(zone)
    TYPED.with_columns(betaald=zoned, bedrag=pl.Series([1.5, 2.5])).write_parquet(tmp_path / "table.parquet")
    read = read_file(tmp_path / "table.parquet")
    assert read.column("paid_date") == [day, day]
    assert read.facts.warnings == (
        "Column 'betaald' holds moments with a time zone: the day in Europe/Amsterdam was taken",
    )


def test_parquet_that_is_cut_off_or_holds_lists_is_refused(tmp_path):
    path = tmp_path / "table.parquet"
    TYPED.with_columns(nummer=pl.Series([["B1"], ["B2"]])).write_parquet(path)
    with pytest.raises(FileRefusedError, match="Column 'nummer' holds no text"):
        read_file(path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(FileRefusedError, match="no whole Parquet file"):
        read_file(path)


def test_parquet_whose_texts_are_no_utf_8_is_refused(tmp_path):
    """The writer says that they are; a library that believes it may break down."""
    path = tmp_path / "table.parquet"
    TYPED.write_parquet(path, compression="uncompressed", statistics=False)
    path.write_bytes(path.read_bytes().replace(b"B1", b"\xff1"))
    with pytest.raises(FileRefusedError, match="no whole Parquet file"):
        read_file(path)


def workbook(path, rows, *, sheet="Blad1", above=0, before=()):
    """A workbook with typed cells; `before` are sheets before it, `above` empty rows above the header."""
    with xlsxwriter.Workbook(path) as book:
        for name in before:
            book.add_worksheet(name)
        page, day = book.add_worksheet(sheet), book.add_format({"num_format": "dd-mm-yyyy"})
        for number, row in enumerate([HEADER, *rows], start=above):
            for place, value in enumerate(row):
                if isinstance(value, dt.date):
                    page.write_datetime(number, place, value, day)
                elif value == "#N/A":
                    page.write_formula(number, place, "=NA()", None, "#N/A")
                else:
                    page.write(number, place, value)
    return path


CELLS = ("B1", "01990001", JANUARY, 3, PAID, 1234.5)


def test_a_workbook_gives_its_typed_cells(tmp_path):
    read = read_file(workbook(tmp_path / "t.xlsx", [CELLS, ("B2", 1990001, JANUARY, 3, PAID, -0.3)]))
    assert (read.facts.standard, read.cents, read.findings) == ("XLSX", 123_420, [])
    assert (read.column("paid_date"), read.column("provider_code")) == ([PAID, PAID], ["01990001", "1990001"])
    assert read.column("row_number") == [2, 3]


def test_a_column_of_a_workbook_with_text_and_typed_cells_is_read_cell_by_cell(tmp_path):
    mixed = ("B2", "01990001", "01-01-2025", "3", "15-01-2025", "1.234,50")
    read = read_file(workbook(tmp_path / "t.xlsx", [CELLS, mixed]), dates="%d-%m-%Y", decimal=",")
    assert (read.column("paid_cents"), read.column("paid_date")) == ([123_450, 123_450], [PAID, PAID])
    assert read.column("paid_months") == [3, 3]


def test_the_sheet_and_the_row_of_the_header_may_be_named(tmp_path):
    path = workbook(tmp_path / "t.xlsx", [CELLS], sheet="betalingen", above=4, before=["leeg"])
    read = read_file(path, sheet="betalingen", header_row=5)
    assert read.column("row_number") == [6]
    with pytest.raises(FileRefusedError, match="Row 1 of the sheet names no columns"):
        read_file(path)
    with pytest.raises(FileRefusedError, match="no sheet of the name"):
        read_file(path, sheet="betaling")


def test_a_cell_with_an_error_of_the_spreadsheet_rejects_its_row_even_where_it_might_be_empty(tmp_path):
    read = read_file(workbook(tmp_path / "t.xlsx", [CELLS, (*CELLS[:3], "#N/A", *CELLS[4:])]))
    assert read.findings == [(3, "maanden", "cell")]


def test_amounts_of_a_workbook_with_parts_of_a_cent_reject_their_row(tmp_path):
    read = read_file(workbook(tmp_path / "t.xlsx", [CELLS, (*CELLS[:-1], 1.234)]))
    assert read.findings == [(3, "bedrag", "number")]


def padded(path):
    """A workbook with five million bytes more in it than there seem."""
    with zipfile.ZipFile(workbook(path, [CELLS]), "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/padding.xml", b" " * 5_000_000)
    return path


def test_a_workbook_that_unpacks_to_more_than_it_may_is_refused_before_it_is_opened(tmp_path):
    path = padded(tmp_path / "t.xlsx")
    require_safe(path, "t.xlsx", largest=6_000_000)
    with pytest.raises(PackedFileError, match="unpacks to more"):
        require_safe(path, "t.xlsx", largest=4_000_000)


def test_a_workbook_that_lies_about_its_size_is_counted_all_the_same(tmp_path):
    """A reader that believed the zip's own list of members would unpack all of it."""
    path = padded(tmp_path / "t.xlsx")
    said, lie = (size.to_bytes(4, "little") for size in (5_000_000, 10))
    path.write_bytes(path.read_bytes().replace(said, lie))
    assert sum(member.file_size for member in zipfile.ZipFile(path).infolist()) < 1_000_000
    with pytest.raises(PackedFileError, match="unpacks to more"):
        require_safe(path, "t.xlsx", largest=4_000_000)


def test_two_cells_in_far_corners_are_refused_for_the_rectangle_between_them(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "t.xlsx") as book:
        page = book.add_worksheet()
        page.write(0, 0, "nummer")
        page.write(100_000, 16_383, "far")
    with pytest.raises(PackedFileError, match="cells too far apart"):
        read_file(tmp_path / "t.xlsx")


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"separater": ";"}, "unknown key: separater.*Is `separator` meant"),
        ({"separator": "x"}, "`separator` in `format` is none of"),
        ({"kind": "ODS"}, "`kind` in `format` is none of"),
        ({"dates": "%d-%m-%y"}, "no pattern of day, month and year"),
        ({"header_row": 0}, "no line number"),
        ({"decimal": ",", "thousands": ","}, "the same sign"),
    ],
)
def test_a_format_that_cannot_be_used_is_told_with_the_file(tmp_path, form, said):
    with pytest.raises(LayoutError, match=said) as caught:
        read_text(tmp_path, lines(ROW), **form)
    assert "mapping.yaml" in str(caught.value)
