"""Layouts against the published specifications, and layouts that cannot be used."""

from __future__ import annotations

import csv

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.errors import LayoutError, UnknownStandardError
from pipeline.intake.check import check_file
from pipeline.intake.messages import layouts
from pipeline.intake.messages.records_to_rows import layout_mapping
from tests import made_up_standard
from tests.intake_messages import judge_all_but_other


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def fields_of(layout):
    return [(record.code, field) for record in layout.records.values() for field in record.fields.values()]


@pytest.mark.parametrize(
    ("standard", "version"),
    [
        ("ZH308", "9.0"),
        ("AP304", "7.2"),
        ("AP305", "7.2"),
        ("MZ301", "1.3"),
        ("MZ302", "1.3"),
        ("AW319", "1.4"),
    ],
)
def test_every_field_stands_where_the_published_specification_puts_it(reference, standard, version):
    ours = [
        (code, field.dutch_name, field.element, field.type, field.start, field.end, field.obligation)
        for code, field in fields_of(layouts.load(standard, version))
    ]
    published = [
        (
            row["record_code"],
            row["name"],
            row["element"],
            row["type"],
            int(row["start"]),
            int(row["end"]),
            row["obligation"],
        )
        for row in rows_of(reference / "vektis" / f"{standard}_v{version}.csv")
    ]
    assert ours == published


@pytest.mark.parametrize("standard", ["AP304", "AP305", "MZ301", "MZ302", "AW319"])
def test_the_message_codes_are_those_that_the_specification_asks_for(reference, standard):
    (layout, *_) = [one for one in layouts.all_layouts() if one.standard == standard]
    (row,) = [
        row
        for row in rows_of(reference / "vektis" / f"{standard}_v{layout.version}.csv")
        if row["element"] == "COD002"
    ]
    assert all(f"'{code}'" in row["constraints"] for code in layout.message_codes)
    assert row["constraints"].count("'") == 2 * len(layout.message_codes)


def test_pharmacy_stands_where_the_transcription_puts_it_and_is_filled_as_the_published_edition_says(
    reference,
):
    """AP304 8.0 is a third-party transcription without obligations: those are edition 7.2's, by element."""
    published = {
        (row["record_code"], row["element"]): row["obligation"]
        for row in rows_of(reference / "vektis" / "AP304_v7.2.csv")
    }
    transcribed = [
        (row["record_code"], row["element"], row["type"], int(row["start"]), int(row["end"]))
        for row in rows_of(reference / "vektis" / "AP304_v8.0.csv")
    ]
    fields = fields_of(layouts.load("AP304", "8.0"))
    assert [(code, field.type, field.start, field.end) for code, field in fields] == [
        (code, kind, start, end) for code, _, kind, start, end in transcribed
    ]
    for (code, field), (_, element, *_) in zip(fields, transcribed, strict=True):
        # Of the signs the transcription only says that they are one of three elements.
        assert field.element[:3] == element[:3]
        assert field.element[3:] in element[3:].split("/")
        assert field.obligation == published.get((code, field.element), "C")


@pytest.mark.parametrize(
    ("standard", "start", "end"), [("PM304", "start", "end"), ("PM305", "start_cumulative", "end_cumulative")]
)
def test_allied_care_stands_where_the_transcription_puts_it(reference, standard, start, end):
    transcribed = [
        (row["record"], row["name"].upper(), int(row[start]), int(row[end]))
        for row in rows_of(reference / "vektis" / f"{standard}_v3.2.csv")
    ]
    fields = fields_of(layouts.load(standard, "3.2"))
    assert [(code, field.dutch_name, field.start, field.end) for code, field in fields] == transcribed


@pytest.mark.parametrize("standard", ["PM304", "PM305"])
def test_what_the_transcription_of_allied_care_lacks_is_as_in_the_published_layouts(standard):
    published = {}
    for named in (("MZ302", "1.3"), ("MZ301", "1.3"), ("AW319", "1.4"), ("AP305", "7.2"), ("ZH308", "9.0")):
        for code, field in fields_of(layouts.load(*named)):
            said = (field.name, field.type, field.element, field.obligation)
            published.setdefault((code, field.dutch_name), said)
    own = set()
    for code, field in fields_of(layouts.load(standard, "3.2")):
        # Lists of diagnoses are numbered in each standard by itself.
        is_list = field.dutch_name.startswith("AANDUIDING DIAGNOSECODELIJST")
        if is_list or (code, field.dutch_name) not in published:
            own.add(field.name)
        elif field.dutch_name != "RESERVE":  # the second run of reserved positions has a name of its own
            said = (field.name, field.type, field.element, field.obligation)
            assert said == published[code, field.dutch_name]
    assert own == {
        *(f"{kind}_{number}_code" for kind in ("diagnosis", "referral_diagnosis") for number in ("01", "02")),
        *(
            f"{kind}_list_{number}_code"
            for kind in ("diagnosis", "referral_diagnosis")
            for number in ("01", "02")
        ),
    }


def test_a_time_of_day_is_no_date():
    assert layouts.load("AP304", "8.0").field("04.performance_time").kind == "digits"


def test_the_same_thing_has_the_same_name_in_every_record_and_standard():
    names: dict[str, set[str]] = {}
    for layout in layouts.all_layouts():
        for _, field in fields_of(layout):
            names.setdefault(field.dutch_name, set()).add(field.name)
    several = {dutch: english for dutch, english in names.items() if len(english) > 1}
    # A sign belongs to the amount before it: to the quantity in a performance, to a total in a closing record; lists
    # of diagnoses are numbered in each standard by itself; a return reserves positions twice in a record.
    assert set(several) == {
        "INDICATIE DEBET/CREDIT",
        "INDICATIE DEBET/CREDIT (01)",
        "INDICATIE DEBET/CREDIT (02)",
        "AANDUIDING DIAGNOSECODELIJST",
        "AANDUIDING DIAGNOSECODELIJST (02)",
        "RESERVE",
    }


@pytest.mark.parametrize("layout", layouts.all_layouts(), ids=lambda layout: layout.title)
def test_every_mapping_names_fields_that_exist(layout):
    for table in layout.canonical:
        assert layout_mapping(layout, table).references()


RETURNS = [layout for layout in layouts.all_layouts() if layout.answers]


@pytest.mark.parametrize("layout", RETURNS, ids=lambda layout: layout.title)
def test_a_return_holds_the_records_of_its_declaration_with_sixty_positions_more(layout):
    declared = layouts.load(layout.answers.standard, layout.answers.version)
    assert layouts.answer_to(declared) is layout
    assert layout.record_length == declared.record_length + 60
    assert len(layout.message_codes) == len(declared.message_codes)
    for code in set(declared.records) - {declared.trailer.record}:
        same = [
            field for field in layout.records[code].fields.values() if field.end <= declared.record_length
        ]
        for ours, theirs in zip(same, declared.records[code].fields.values(), strict=True):
            assert (ours.name, ours.type, ours.start, ours.end) == (
                theirs.name,
                theirs.type,
                theirs.start,
                theirs.end,
            )


def test_standards_without_a_return_layout_have_none():
    assert layouts.answer_to(layouts.load("ZH308", "9.0")) is None
    assert layouts.answer_to(layouts.load("AP304", "8.0")) is None


def test_a_layout_dropped_into_a_folder_reads_a_new_standard_without_any_code(tmp_path):
    folder = made_up_standard.dropped(tmp_path)
    checked = check_file(
        made_up_standard.message(tmp_path), judge_bsn=judge_all_but_other, layout_folders=[folder]
    )
    assert (checked.standard, checked.accounts["claim_line"].cents_accepted) == ("XX999", 200)


def test_the_command_reads_it_from_the_folder_that_is_named(tmp_path):
    folder = made_up_standard.dropped(tmp_path)
    arguments = ["supplier", "check", str(made_up_standard.message(tmp_path)), "--allow-test-numbers"]
    told = CliRunner().invoke(app, [*arguments, "--layouts", str(folder)])
    assert told.exit_code == 0, told.output
    assert "XX999 1.0, accepted" in told.output
    unknown = CliRunner().invoke(app, arguments)
    assert isinstance(unknown.exception, UnknownStandardError)
    assert "message 999" not in str(unknown.exception), "only what is surely a header is repeated"


def test_an_unknown_edition_is_answered_with_the_known_ones():
    known = (
        "AP304 7.2, AP304 8.0, AP305 7.2, AW319 1.4, MZ301 1.3, MZ302 1.3, PM304 3.2, PM305 3.2, ZH308 9.0"
    )
    with pytest.raises(UnknownStandardError) as caught:
        layouts.load("ZH308", "12.0")
    assert f"no layout of ZH308 12.0. Known are: {known}." in str(caught.value)


def test_a_version_that_is_not_known_is_told_apart_from_the_standard():
    with pytest.raises(UnknownStandardError, match=r"message 176, version 01\.04"):
        layouts.identify("011760104P")


def test_each_message_code_of_an_edition_is_its_own():
    assert layouts.identify("011200702P").title == "AP304 7.2"
    assert layouts.identify("014300104P").title == "AW319 1.4"


def spoiled(tmp_path, change):
    raw = made_up_standard.layout()
    change(raw["editions"][0])
    return made_up_standard.dropped(tmp_path, raw)


def test_a_gap_between_fields_is_refused(tmp_path):
    folder = spoiled(tmp_path, lambda edition: edition["records"]["20"]["fields"][2].update(start=13))
    with pytest.raises(LayoutError, match="'declared_cents' of record 20 does not start at position 12"):
        layouts.all_layouts(folder)


def test_a_record_of_another_width_is_refused(tmp_path):
    folder = spoiled(tmp_path, lambda edition: edition.update(record_length=21))
    with pytest.raises(LayoutError, match="Record 01 is 20 long instead of 21"):
        layouts.all_layouts(folder)


def test_a_trailer_that_names_no_field_is_refused(tmp_path):
    folder = spoiled(tmp_path, lambda edition: edition["trailer"].update(counts={"lines": ["20"]}))
    with pytest.raises(LayoutError, match=r"no field '99\.lines'"):
        layouts.all_layouts(folder)


def test_a_total_of_no_field_is_refused(tmp_path):
    folder = spoiled(tmp_path, lambda edition: edition["trailer"]["totals"][0].update(of="20.awarded_cents"))
    with pytest.raises(LayoutError, match=r"no field '20\.awarded_cents'"):
        layouts.all_layouts(folder)


def test_a_reference_to_no_field_is_refused(tmp_path):
    named = {
        "message_ref": {"party": ["01.institution_code"], "number": "01.reserve"},
        "record_ref": "20.bsn",
    }
    folder = spoiled(tmp_path, lambda edition: edition["canonical"]["claim_line"].update(named))
    with pytest.raises(LayoutError, match=r"no field '01\.institution_code'"):
        layouts.all_layouts(folder)


def test_two_layouts_of_one_message_are_refused(tmp_path):
    folder = spoiled(
        tmp_path, lambda edition: edition.update(message_codes=["999", "101"], message_version="09")
    )
    with pytest.raises(LayoutError, match="Two layouts read the same message"):
        layouts.all_layouts(folder)


def test_a_file_that_is_no_layout_is_refused_by_name(tmp_path):
    with pytest.raises(LayoutError, match=r"no layout .* in xx999\.yaml"):
        layouts.all_layouts(made_up_standard.dropped(tmp_path, {"standard": "XX999"}))
