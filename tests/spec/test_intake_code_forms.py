"""Codes kept by others are checked for their form: what passes, what does not, and what has lost a zero."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from pipeline.canonical import WITHHELD, CanonicalColumn, CanonicalTable, canonical_table, code_forms
from pipeline.intake.rules.row_rules import judge_rows
from tests.intake_messages import judge_all_but_other

COLUMN = CanonicalColumn("x_code", "text", "a code", "none", optional=True)

FORMS = {
    "AGB": (
        ["06990001", "00000001"],
        ["069900012", "0699000A", "06 99001", "0699000\uff11"],
        ["6990001", "1"],
    ),
    "UZOVI": (["9991", "0101"], ["99911", "99A1"], ["999", "7"]),
    "COD367": (["041", "001"], ["0410", "04A"], ["41", "1"]),
    "zorgproduct": (["009310011", "998418071"], ["0093100111", "00931001A"], ["9310011", "99841807"]),
    "declaratiecode": (["15A205", "190150", "14D672"], ["15A20", "15a205", "A15205", "15A2055", ""], []),
    "ATC": (
        ["A", "A10", "A10B", "A10BA", "A10BA02", "N05AX13", "V03"],
        ["A1", "a10ba02", "A10BA2", "A10BA021", "E10BA02", "10BA02", "A10 BA02"],
        [],
    ),
    "ICD-10": (
        ["E11", "E11.9", "E119", "S72.00", "S7200", "U07.1"],
        ["E1", "11.9", "e11.9", "E11.", "E11.901", "S72.0+", "E11,9"],
        [],
    ),
    "postcode3": (["100", "531", "999"], ["031", "5311", "53", "53A", "531 "], []),
}
"""By form: codes that have it, texts that do not, and digits of which a leading zero may have been lost."""


def judged(column: CanonicalColumn, text: str | None, **others: str | None) -> list[str]:
    """The rules that a row with this text in the column breaks."""
    named = (CanonicalColumn(name, "text", "another", "none", optional=True) for name in others)
    table = CanonicalTable("made_up", "Made up.", "one row", ("x_code",), (column, *named), None, False, None)
    texts = {column.name: text} | others
    row = pl.DataFrame([texts], schema=dict.fromkeys(texts, pl.String)).with_row_index("row_number", offset=1)
    _, findings = judge_rows(row, table, "", judge_all_but_other)
    return findings["rule"].to_list()


def test_every_form_is_tried_here() -> None:
    assert list(FORMS) == list(code_forms())


@pytest.mark.parametrize(
    ("form", "text"), [(form, text) for form, (good, _, _) in FORMS.items() for text in good]
)
def test_a_code_in_its_form_passes(form: str, text: str) -> None:
    assert judged(replace(COLUMN, codes=form), text) == []


@pytest.mark.parametrize(
    ("form", "text"), [(form, text) for form, (_, bad, _) in FORMS.items() for text in bad]
)
def test_a_text_in_another_form_is_no_code(form: str, text: str) -> None:
    assert judged(replace(COLUMN, codes=form), text) == ["code"]


@pytest.mark.parametrize(
    ("form", "text"), [(form, text) for form, (_, _, short) in FORMS.items() for text in short]
)
def test_digits_that_are_too_few_may_have_lost_a_zero(form: str, text: str) -> None:
    assert judged(replace(COLUMN, codes=form), text) == ["leading_zero"]


@pytest.mark.parametrize(
    ("list_code", "code", "rules"),
    [("041", "15A205", []), ("041", "C11", ["code"]), ("011", "C11", []), ("001", "99000101", [])],
)
def test_what_a_performance_code_looks_like_depends_on_its_list(
    list_code: str, code: str, rules: list[str]
) -> None:
    (performance,) = (
        column for column in canonical_table("claim_line").columns if column.name == "performance_code"
    )
    assert judged(performance, code, performance_list_code=list_code, corrected_line_ref="r1") == rules


@pytest.mark.parametrize(
    ("code", "corrects", "rules"),
    [("15A205", None, []), ("15A205", "r1", []), (None, "r1", []), (None, None, ["mandatory"])],
)
def test_only_a_line_that_corrects_another_may_leave_out_what_was_declared(
    code: str | None, corrects: str | None, rules: list[str]
) -> None:
    column = replace(COLUMN, empty_only_with="corrected_line_ref")
    assert judged(column, code, corrected_line_ref=corrects) == rules


def test_withheld_is_no_code_and_no_fault_where_a_diagnosis_may_be_withheld() -> None:
    diagnosis = replace(COLUMN, codes="ICD-10", has_withheld=True)
    assert judged(diagnosis, WITHHELD) == []
    assert judged(diagnosis, "Withheld") == ["code"]
    assert judged(replace(diagnosis, has_withheld=False), WITHHELD) == ["code"]


def test_the_reason_names_the_form_and_not_the_text() -> None:
    table = CanonicalTable(
        "made_up", "Made up.", "one row", ("x_code",), (replace(COLUMN, codes="ATC"),), None, False, None
    )
    rows = pl.DataFrame({"row_number": [1], "x_code": ["metformine"]})
    _, findings = judge_rows(rows, table, "", judge_all_but_other)
    assert findings["reason"].to_list() == ["x_code has not the form of an ATC code"]
