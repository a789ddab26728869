"""Return codes in words, against the codes that were found in public; and what a delivery's answers add up to."""

from __future__ import annotations

import csv

import polars as pl
import pytest

from pipeline.intake.answers.return_codes import decisions, in_words
from pipeline.intake.answers.return_notes import Notes
from pipeline.intake.columns.code_lists import code_list

LEVELS = {"X": "message", "T": "claim", "D": "line", "O": "remark"}
FROM_VEKTIS = {"0631", "8007", "8176", "8177", "8178"}


def test_every_code_that_was_found_is_there_with_what_it_concerns(reference):
    with (reference / "vektis" / "COD954_return_codes.csv").open(encoding="utf-8", newline="") as lines:
        published = {row["code"]: LEVELS[row["level"]] for row in csv.DictReader(lines)}
    ours = dict(code_list("return_codes").rows.select("return_code", "level").iter_rows())
    assert {code: level for code, level in ours.items() if code not in FROM_VEKTIS} == published


def test_our_findings_have_codes_of_the_list():
    codes = code_list("codes_of_findings").rows["return_code"].drop_nulls()
    assert set(codes) <= set(code_list("return_codes").rows["return_code"])


def test_a_code_is_shown_with_what_it_says_and_an_unknown_one_by_itself():
    assert in_words("0587") == "0587 (performance already declared or paid)"
    assert in_words("9999") == "9999"


def test_a_supplier_s_own_list_is_read_in_place_of_ours(tmp_path):
    (tmp_path / "return_codes.csv").write_text(
        "return_code,level,says\n9999,line,made up\n", encoding="utf-8"
    )
    assert in_words("9999", tmp_path) == "9999 (made up)"


def test_decisions_add_up_by_code():
    lines = pl.LazyFrame(
        {
            "return_code": ["8001", "0587", "8001", None, "9999"],
            "declared_cents": [500, 300, -200, 90, 10],
            "awarded_cents": [500, 0, -200, None, 5],
        }
    )
    told = decisions(lines)
    assert told.drop("says").rows() == [
        ("0587", "line", 1, 300, 0),
        ("8001", "remark", 2, 300, 300),
        ("9999", None, 1, 10, 5),
    ]


@pytest.mark.parametrize(
    ("rule", "field", "code"),
    [
        ("bsn", "bsn", "0435"),
        ("mandatory", "bsn", "0435"),
        ("code", "declared_sign", "0631"),
        ("date", "performance_date", "8007"),
        ("duplicate", "line_ref", "8021"),
        ("period", "opening_date", None),  # our delivery's period is nothing that an insurer knows
        ("code", "insurer_code", None),
    ],
)
def test_which_code_a_finding_has(rule, field, code):
    finding = {"line_number": 3, "field": field, "rule": rule, "reason": "so", "severity": "rejected"}
    notes = Notes.of(pl.LazyFrame([finding]))
    assert notes.codes["return_code_01"].to_list() == ([code] if code else [])
    assert notes.comments["comment_text"].to_list() == [f"{field}: so"]


def test_a_warning_has_words_and_no_code():
    finding = {"line_number": 3, "field": "bsn", "rule": "bsn", "reason": "so", "severity": "warning"}
    notes = Notes.of(pl.LazyFrame([finding]))
    assert (notes.codes.height, notes.comments.height) == (0, 1)
