"""Layouts against the published specifications, and layouts that cannot be used."""

from __future__ import annotations

import csv
import datetime as dt

import polars as pl
import pytest
import yaml

from pipeline.errors import LayoutError, UnknownStandardError
from pipeline.intake import layouts
from pipeline.intake.check import check_file
from pipeline.intake.records_to_rows import layout_mapping
from pipeline.intake.render import render
from tests.intake_messages import BSN, judge_all_but_other


@pytest.mark.parametrize(
    ("standard", "version", "specification"),
    [("ZH308", "9.0", "ZH308_v9.0.csv"), ("MZ301", "1.3", "MZ301_v1.3.csv")],
)
def test_every_field_stands_where_the_published_specification_puts_it(
    reference, standard, version, specification
):
    layout = layouts.load(standard, version)
    ours = [
        (record.code, field.dutch_name, field.element, field.type, field.start, field.end, field.obligation)
        for record in layout.records.values()
        for field in record.fields.values()
    ]
    with (reference / "vektis" / specification).open(encoding="utf-8", newline="") as lines:
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
            for row in csv.DictReader(lines)
        ]
    assert ours == published


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
    layout = layouts.load("AP304", "8.0")
    fields = [(record.code, field) for record in layout.records.values() for field in record.fields.values()]
    assert [(code, field.type, field.start, field.end) for code, field in fields] == [
        (code, kind, start, end) for code, _, kind, start, end in transcribed
    ]
    for (code, field), (_, element, *_) in zip(fields, transcribed, strict=True):
        # Of the signs the transcription only says that they are one of three elements.
        assert field.element[:3] == element[:3]
        assert field.element[3:] in element[3:].split("/")
        assert field.obligation == published.get((code, field.element), "C")


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_a_time_of_day_is_no_date():
    assert layouts.load("AP304", "8.0").field("04.performance_time").kind == "digits"


def test_the_same_thing_has_the_same_name_in_every_record_and_standard():
    names: dict[str, set[str]] = {}
    for layout in layouts.all_layouts():
        for record in layout.records.values():
            for field in record.fields.values():
                names.setdefault(field.dutch_name, set()).add(field.name)
    several = {dutch: english for dutch, english in names.items() if len(english) > 1}
    # The sign belongs to the quantity in a performance, to the total in a closing record; ZH308 has a second
    # list of diagnoses, for allied care.
    assert set(several) == {"INDICATIE DEBET/CREDIT", "AANDUIDING DIAGNOSECODELIJST"}


@pytest.mark.parametrize("layout", layouts.all_layouts(), ids=lambda layout: layout.title)
def test_every_mapping_names_fields_that_exist(layout):
    for table in layout.canonical:
        assert layout_mapping(layout, table).references()


def made_up():
    """A standard nobody has: 20 characters a record, one kind of detail."""

    def record(name, *fields):
        keys = ("name", "element", "type", "start", "length", "obligation")
        given = [dict(zip(keys, field, strict=True)) | {"dutch_name": field[0].upper()} for field in fields]
        return {"name": name, "dutch_name": name.upper(), "fields": given}

    code = ("record_code", "COD001", "N", 1, 2, "M")
    columns = yaml.safe_load((layouts.LAYOUTS / "mz301.yaml").read_text(encoding="utf-8"))
    columns = columns["editions"][0]["canonical"]["claim_line"]["columns"]
    columns |= {
        name: {"empty": "not in this message"} for name, rule in columns.items() if isinstance(rule, str)
    }
    columns |= {
        "insurer_code": {"constant": "9991"},
        "performance_list_code": {"constant": "010"},
        "performance_code": {"constant": "C11"},
        "billing_provider_code": {"constant": "06990001"},
        "line_ref": {"compose": ["billing_provider_code", "20.line_reference"]},
        "corrected_line_ref": {"empty": "no credits"},
        "opening_date": {"constant": dt.date(2025, 1, 1)},
        "closing_date": {"constant": dt.date(2025, 1, 1)},
        "invoiced_date": {"constant": dt.date(2025, 1, 31)},
        "quantity": {"constant": 1},
        "declared_cents": {"amount": "20.declared_cents", "sign": "20.declared_sign"},
    }
    edition = {
        "version": "1.0",
        "source": "made up",
        "message_code": "999",
        "message_version": "01",
        "message_subversion": "00",
        "record_length": 20,
        "trailer": {
            "record": "99",
            "counts": {"line_count": ["20"]},
            "total": {
                "field": "total_cents",
                "sign": "total_sign",
                "of": "20.declared_cents",
                "of_sign": "20.declared_sign",
            },
        },
        "canonical": {
            "claim_line": {"record": "20", "header": "01", "joins": [], "bsn": "20.bsn", "columns": columns}
        },
        "records": {
            "01": record(
                "header",
                code,
                ("message_code", "COD002", "N", 3, 3, "M"),
                ("message_version", "NUM001", "N", 6, 2, "M"),
                ("message_subversion", "NUM309", "N", 8, 2, "C"),
                ("reserve", "TEC007", "AN", 10, 11, "S"),
            ),
            "20": record(
                "line",
                code,
                ("bsn", "NUM313", "N", 3, 9, "M"),
                ("declared_cents", "BED161", "N", 12, 5, "M"),
                ("declared_sign", "COD043", "AN", 17, 1, "M"),
                ("line_reference", "NUM362", "AN", 18, 3, "M"),
            ),
            "99": record(
                "trailer",
                code,
                ("line_count", "ANT087", "N", 3, 6, "M"),
                ("total_cents", "BED025", "N", 9, 11, "M"),
                ("total_sign", "COD043", "AN", 20, 1, "M"),
            ),
        },
    }
    return {"standard": "XX999", "editions": [edition]}


def drop(folder, raw):
    (folder / "xx999.yaml").write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    return folder


def test_a_layout_dropped_into_a_folder_reads_a_new_standard_without_any_code(tmp_path):
    folder = drop(tmp_path, made_up())
    layout = layouts.load("XX999", "1.0", folder)
    lines = [
        *render(layout, "01", pl.DataFrame({"record_code": ["01"]})),
        *render(
            layout,
            "20",
            pl.DataFrame(
                {
                    "bsn": BSN,
                    "declared_cents": [250, 50],
                    "declared_sign": ["D", "C"],
                    "line_reference": ["a", "b"],
                }
            ),
        ),
        *render(layout, "99", pl.DataFrame({"line_count": [2], "total_cents": [200], "total_sign": ["D"]})),
    ]
    (tmp_path / "message").write_text("\n".join(lines))
    checked = check_file(tmp_path / "message", judge_bsn=judge_all_but_other, layout_folders=[folder])
    assert (checked.standard, checked.accounts["claim_line"].cents_accepted) == ("XX999", 200)


def test_an_unknown_edition_is_answered_with_the_known_ones():
    with pytest.raises(
        UnknownStandardError,
        match=r"no layout of ZH308 12\.0\. Known are: AP304 8\.0, MZ301 1\.3, ZH308 9\.0",
    ):
        layouts.load("ZH308", "12.0")


def test_a_gap_between_fields_is_refused(tmp_path):
    raw = made_up()
    raw["editions"][0]["records"]["20"]["fields"][2]["start"] = 13
    with pytest.raises(LayoutError, match="'declared_cents' of record 20 does not start at position 12"):
        layouts.all_layouts(drop(tmp_path, raw))


def test_a_record_of_another_width_is_refused(tmp_path):
    raw = made_up()
    raw["editions"][0]["record_length"] = 21
    with pytest.raises(LayoutError, match="Record 01 is 20 long instead of 21"):
        layouts.all_layouts(drop(tmp_path, raw))


def test_a_trailer_that_names_no_field_is_refused(tmp_path):
    raw = made_up()
    raw["editions"][0]["trailer"]["counts"] = {"lines": ["20"]}
    with pytest.raises(LayoutError, match=r"no field '99\.lines'"):
        layouts.all_layouts(drop(tmp_path, raw))


def test_two_layouts_of_one_message_are_refused(tmp_path):
    raw = made_up()
    raw["editions"][0] |= {"message_code": "101", "message_version": "09"}
    with pytest.raises(LayoutError, match="Two layouts read the same message"):
        layouts.all_layouts(drop(tmp_path, raw))


def test_a_file_that_is_no_layout_is_refused_by_name(tmp_path):
    with pytest.raises(LayoutError, match=r"no layout .* in xx999\.yaml"):
        layouts.all_layouts(drop(tmp_path, {"standard": "XX999"}))
