"""CSV files through a mapping file."""

from __future__ import annotations

import datetime as dt
import traceback

import pytest
import yaml

from pipeline.errors import FileRefusedError, LayoutError, SettingsError
from pipeline.intake.check import check_file
from pipeline.intake.tables import load_mapping
from tests.intake_messages import BSN, OTHER_BSN, found, judge_all_but_other

INSURED = {
    "table": "insured",
    "source": "a register as an insurer might have it",
    "format": {"separator": ";", "dates": "%d-%m-%Y", "decimal": ","},
    "person": "bsn",
    "columns": {
        "insurer_code": "uzovi",
        "birth_year": {"birth_year": "geboren"},
        "sex_code": {"take": "geslacht", "codes": {"V": "F", "M": "M"}},
        "postcode3_code": {"postcode3": "postcode"},
        "from_month": {"first_month": ["van", "tot"]},
        "insured_months": {"insured_months": ["van", "tot"]},
        "general_practice_code": "huisarts",
        "wlz_from_month": {"month": "wlz"},
    },
}
HEADER = "bsn;naam;uzovi;geboren;geslacht;postcode;van;tot;huisarts;wlz"
GOOD = f"{BSN};Jansen;9991;01-02-1960;V;5311 AB;01-01-2025;;01990001;17-09-2025"


def check(folder, lines, *, described=INSURED, period="2025", encoding="utf-8"):
    (folder / "mapping.yaml").write_text(yaml.safe_dump(described), encoding="utf-8")
    (folder / "register.csv").write_bytes("\r\n".join(lines).encode(encoding))
    return check_file(
        folder / "register.csv",
        judge_bsn=judge_all_but_other,
        period=period,
        mapping=folder / "mapping.yaml",
    )


def test_a_register_row_becomes_an_insured_row_without_name_birth_date_or_address(tmp_path):
    checked = check(tmp_path, [HEADER, GOOD])
    (row,) = checked.tables["insured"].collect().rows(named=True)
    assert row == dict.fromkeys(row) | {
        "insurer_code": "9991",
        "birth_year": 1960,
        "sex_code": "F",
        "postcode3_code": "531",
        "from_month": dt.date(2025, 1, 1),
        "insured_months": 12,
        "general_practice_code": "01990001",
        "wlz_from_month": dt.date(2025, 9, 1),
        "bsn": BSN,
    }
    assert (checked.standard, checked.records, checked.outcome) == ("CSV", {"row": 1}, "accepted")


def test_who_has_no_practice_and_no_care_under_the_wlz_is_taken_in_with_both_empty(tmp_path):
    checked = check(tmp_path, [HEADER, GOOD.replace("01990001;17-09-2025", ";")])
    (row,) = checked.tables["insured"].collect().select("general_practice_code", "wlz_from_month").rows()
    assert (row, checked.outcome) == ((None, None), "accepted")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_the_encoding_of_a_name_changes_nothing(tmp_path, encoding):
    assert check(tmp_path, [HEADER, GOOD.replace("Jansen", "Müller")], encoding=encoding).persons == 1


@pytest.mark.parametrize(
    ("column", "text", "field", "rule"),
    [
        ("geboren", "31-02-1960", "geboren", "date"),
        ("geboren", "1960-02-01", "geboren", "date"),
        ("geboren", "01-02-60", "geboren", "date"),
        ("geboren", "", "birth_year", "mandatory"),
        ("geboren", "01-01-2026", "geboren", "birth_date"),
        ("geslacht", "X", "geslacht", "code"),
        ("geslacht", "", "sex_code", "mandatory"),
        ("postcode", "B-1000", "postcode3_code", "mandatory"),
        ("uzovi", "99910", "insurer_code", "code"),
        ("uzovi", "999", "insurer_code", "leading_zero"),
        ("huisarts", "1990001", "general_practice_code", "leading_zero"),
        ("huisarts", "praktijk", "general_practice_code", "code"),
        ("wlz", "2025", "wlz", "date"),
        ("van", "01-01-2026", "tot", "period"),
        ("bsn", OTHER_BSN, "bsn", "bsn"),
        ("bsn", "", "bsn", "bsn"),
    ],
)
def test_a_row_with_a_fault_is_rejected_and_the_others_go_on(tmp_path, column, text, field, rule):
    values = dict(zip(HEADER.split(";"), GOOD.split(";"), strict=True)) | {column: text}
    checked = check(tmp_path, [HEADER, ";".join(values.values()), GOOD])
    assert found(checked) == [(2, 2, "", field, rule)]
    assert checked.tables["insured"].collect().height == 1


def test_who_is_born_on_the_period_s_last_day_is_taken_in_and_a_day_later_rejected_in_words(tmp_path):
    last, next_day = (GOOD.replace("01-02-1960", day) for day in ("31-12-2025", "01-01-2026"))
    checked = check(tmp_path, [HEADER, last, next_day.replace(BSN, OTHER_BSN)])
    assert checked.tables["insured"].collect()["birth_year"].to_list() == [2025]
    assert checked.rejected["reason"].to_list()[0] == "geboren lies after the delivery's period"
    assert "2026" not in checked.rejected.write_csv()


def test_a_lost_leading_zero_is_told_with_how_to_mend_it(tmp_path):
    checked = check(tmp_path, [HEADER, GOOD.replace("01990001", "1990001")])
    assert checked.rejected["reason"].to_list() == [
        "general_practice_code has fewer than the 8 digits of an AGB code: a leading zero may have been lost; "
        "export the column as text"
    ]


def test_a_person_twice_at_one_insurer_from_one_month_is_taken_once(tmp_path):
    checked = check(tmp_path, [HEADER, GOOD, GOOD])
    assert [(row, rule) for row, _, _, _, rule in found(checked)] == [(3, "duplicate")]


def test_an_amount_is_read_with_its_decimal_comma_and_codes_become_true_or_false(tmp_path):
    columns = {
        "event_ref": {"compose": ["provider_code", "nummer"]},
        "provider_code": {"constant": "06990001"},
        "location_code": "locatie",
        "procedure_code": "soort",
        "event_date": "datum",
        "asa_code": "asa",
        "has_complication": {"take": "complicatie", "codes": {"1": True, "0": False}},
    }
    described = INSURED | {"table": "clinical_event", "columns": columns}
    lines = ["bsn;nummer;locatie;soort;datum;asa;complicatie", f"{BSN};12;A;hip;3-4-2025;2;1"]
    checked = check(tmp_path, lines, described=described, period=None)
    (row,) = checked.tables["clinical_event"].collect().rows(named=True)
    assert row == dict.fromkeys(row) | {
        "event_ref": "06990001|12",
        "provider_code": "06990001",
        "location_code": "A",
        "procedure_code": "hip",
        "event_date": dt.date(2025, 4, 3),
        "asa_code": "2",
        "has_complication": True,
        "bsn": BSN,
    }


def test_a_missing_column_is_named_and_the_header_found_is_not_repeated(tmp_path):
    with pytest.raises(FileRefusedError, match="does not name the columns bsn, geboren, geslacht") as caught:
        check(tmp_path, [GOOD, GOOD])
    assert BSN not in str(caught.value)


@pytest.mark.parametrize(("bad", "rule"), [(GOOD + ";more", "cells"), ('"' + GOOD, "quotes"), (BSN, "cells")])
def test_a_row_whose_cells_cannot_be_told_apart_is_rejected_without_repeating_it(tmp_path, bad, rule):
    checked = check(tmp_path, [HEADER, bad, GOOD])
    assert found(checked) == [(2, 2, "", "", rule)]
    assert checked.accounts["insured"].rows_accepted == 1
    assert BSN not in checked.rejected.write_csv()


def test_a_file_that_is_no_table_is_refused_without_repeating_it(tmp_path):
    with pytest.raises(FileRefusedError, match="does not name the columns") as caught:
        check(tmp_path, [GOOD.replace(";", " ")] * 3)
    assert BSN not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"person": None, "persoon": "bsn"}, "Missing or unknown: persoon"),
        ({"columns": INSURED["columns"] | {"postcode3_code": {"postcode4": "postcode"}}}, "'postcode3_code'"),
        ({"columns": INSURED["columns"] | {"name": "naam"}}, "differing: name"),
        ({"table": "policy"}, "'policy' is no canonical table"),
        ({"columns": INSURED["columns"] | {"from_month": {"first_month": "van"}}}, "'from_month'"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_where(tmp_path, change, said):
    with pytest.raises(LayoutError, match=said) as caught:
        check(tmp_path, [HEADER, GOOD], described=INSURED | change)
    assert "mapping.yaml" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        (f"{HEADER}\n{BSN};Jan: sen: x\n", "mapping values are not allowed here", 2),
        (f"{HEADER}\n{GOOD}\n", "it has no keys", None),
        (f"{BSN}: Jansen\n", "Missing or unknown: table, source, person, columns in", None),
        ("- a\nnaam: *Jansen\n", "expected <block end>", 2),
        ("\nnaam: *Jansen\n", "found undefined alias \\.\\.\\.", 2),
        ("naam: !Jansen'8 x\n", "for the tag \\.\\.\\.", 1),
        ("naam: 1960-02-31\n", "a number, a date or a character cannot be read", None),
        ("naam: !!float Jansen\n", "a number, a date or a character cannot be read", None),
        ("naam: Jan\x00sen\n", "a number, a date or a character cannot be read", None),
    ],
)
def test_a_file_given_for_the_mapping_is_not_repeated(tmp_path, text, said, line):
    (tmp_path / "swapped").write_text(text, encoding="utf-8")
    with pytest.raises(LayoutError, match=said) as caught:
        load_mapping(tmp_path / "swapped")
    assert caught.value.where == ("swapped" if line is None else f"swapped, line {line}")
    shown = "".join(traceback.format_exception(caught.value))
    for secret in (BSN, "Jan", "1960"):
        assert secret not in shown


def test_months_need_a_period_and_a_period_is_a_year(tmp_path):
    with pytest.raises(LayoutError, match="needs the period"):
        check(tmp_path, [HEADER, GOOD], period=None)
    with pytest.raises(SettingsError, match="'2025-Q1' is no period"):
        check(tmp_path, [HEADER, GOOD], period="2025-Q1")
