"""What an insurer's answer does to a delivery's claims: awarded goes to the declaration, the answer is merged away.

Each line is (file, line, standard, message, record, reference, declared, awarded, return code); MZ302 answers MZ301.
"""

from __future__ import annotations

import polars as pl
import pytest

from pipeline.intake.answers.returns import is_return, merge_returns
from pipeline.intake.rules.findings import REJECTED, WARNING

SCHEMA = {
    "file_number": pl.UInt32,
    "row_number": pl.UInt32,
    "standard": pl.String,
    "message_ref": pl.String,
    "record_ref": pl.String,
    "line_ref": pl.String,
    "declared_cents": pl.Int64,
    "awarded_cents": pl.Int64,
    "return_code": pl.String,
    "answered_on": pl.String,
}
DECLARED = [
    (0, 3, "MZ301", "12|F1", "2", "12|a", 5_000, None, None),
    (0, 4, "MZ301", "12|F1", "3", "12|b", -2_000, None, None),
]
ANSWERED = [
    (1, 3, "MZ302", "12|F1", "2", "12|a", 5_000, 4_500, "8059"),
    (1, 4, "MZ302", "12|F1", "3", "12|b", -2_000, -2_000, "8001"),
]


def claims(*lines):
    dated = [line if len(line) == len(SCHEMA) else (*line, "20250601") for line in lines]
    frame = pl.DataFrame(dated, schema=SCHEMA, orient="row")
    return frame.with_columns(
        file=pl.format("file {}", "file_number"),
        record_code=pl.lit("04"),
        bsn=pl.lit("123456782"),
        insurer_code=pl.col("line_ref").str.extract(r"@(\d{4})$").fill_null("9991"),
    ).lazy()


def rows(frame):
    return frame.rows()


def found(merged):
    return merged.findings.select("file_number", "row_number", "field", "rule").rows()


def test_awarded_goes_to_the_declaration_and_the_answer_is_merged_away():
    merged = merge_returns(claims(*DECLARED, *ANSWERED))
    assert rows(merged.awarded) == [(0, 3, 4_500, "8059"), (0, 4, -2_000, "8001")]
    assert rows(merged.merged) == [(1, 3), (1, 4)]
    assert found(merged) == []


def test_the_order_of_the_files_does_not_matter():
    merged = merge_returns(claims(*((1 - line[0], *line[1:]) for line in (*ANSWERED, *DECLARED))))
    assert rows(merged.awarded) == [(1, 3, 4_500, "8059"), (1, 4, -2_000, "8001")]
    assert rows(merged.merged) == [(0, 3), (0, 4)]


def test_an_answer_without_its_declaration_delivers_claim_lines_of_its_own():
    merged = merge_returns(claims(*ANSWERED))
    assert (merged.awarded.height, merged.merged.height, merged.findings.height) == (0, 0, 0)


def test_a_declaration_without_an_answer_stays_as_it_is():
    merged = merge_returns(claims(*DECLARED))
    assert (merged.awarded.height, merged.merged.height, merged.findings.height) == (0, 0, 0)


def test_the_same_record_number_in_another_message_is_another_claim():
    other = (1, 3, "MZ302", "12|F2", "2", "12|z", 900, 900, "8001")
    merged = merge_returns(claims(*DECLARED, other))
    assert (merged.awarded.height, merged.merged.height, merged.findings.height) == (0, 0, 0)


@pytest.mark.parametrize(
    ("answer", "field", "rule"),
    [
        ((1, 9, "MZ302", "12|F1", "7", "12|z", 100, 100, None), "record_ref", "return_record"),
        ((1, 9, "MZ302", "12|F1", "2", "12|z", 5_000, 100, None), "record_ref", "return_record"),
        ((1, 9, "MZ302", "12|F1", "2", "12|a", 5_001, 100, None), "declared_cents", "return_declared"),
        ((1, 9, "MZ302", "12|F1", "2", "12|a", 5_000, None, None), "awarded_cents", "return_award"),
    ],
    ids=["unknown record", "other reference", "other amount", "nothing awarded or refused"],
)
def test_an_answer_that_does_not_fit_its_declaration_is_rejected(answer, field, rule):
    merged = merge_returns(claims(*DECLARED, answer))
    assert found(merged) == [(1, 9, field, rule)]
    assert merged.findings["severity"].to_list() == [REJECTED]
    assert (merged.awarded.height, merged.merged.height) == (0, 0)


LATER = (2, 3, "MZ302", "12|F1", "2", "12|a", 5_000, 0, "0587", "20250701")


@pytest.mark.parametrize("swapped", [False, True], ids=["the later file last", "the later file first"])
def test_of_two_answers_to_one_line_the_later_by_its_date_counts(swapped):
    first = {1: 2, 2: 1} if swapped else {}
    lines = [(first.get(line[0], line[0]), *line[1:]) for line in (*DECLARED, *ANSWERED, LATER)]
    merged = merge_returns(claims(*lines))
    assert rows(merged.awarded) == [(0, 3, 0, "0587"), (0, 4, -2_000, "8001")]
    assert merged.merged.height == 3, "both answers to line 3, and the one to line 4"
    assert found(merged) == [(first.get(1, 1), 3, "record_ref", "return_twice")]
    assert merged.findings["severity"].to_list() == [WARNING]


def test_of_two_answers_of_one_date_the_same_counts_in_any_order_of_the_files():
    again = (2, 3, "MZ302", "12|F1", "2", "12|a", 5_000, 0, "0587")
    swapped = [(3 - line[0], *line[1:]) for line in (*ANSWERED, again)]
    awarded = [
        rows(merge_returns(claims(*DECLARED, *lines)).awarded) for lines in ((*ANSWERED, again), swapped)
    ]
    assert awarded[0] == awarded[1]


def test_two_declarations_may_have_one_invoice_number():
    """Each has its own records numbered from 1: reference and insurer tell which one is answered."""
    other = (3, 3, "MZ301", "12|F1", "2", "12|z", 5_000, None, None)
    same_reference = (4, 3, "MZ301", "12|F1", "2", "12|q@9992", 700, None, None)
    answers = [
        (5, 3, "MZ302", "12|F1", "2", "12|z", 5_000, 1, None),
        (6, 3, "MZ302", "12|F1", "2", "12|q@9992", 700, 2, None),
    ]
    merged = merge_returns(claims(*DECLARED, other, same_reference, *ANSWERED, *answers))
    assert [row[:3] for row in rows(merged.awarded)] == [
        (0, 3, 4_500),
        (0, 4, -2_000),
        (3, 3, 1),
        (4, 3, 2),
    ]
    assert found(merged) == []


def test_a_refused_line_is_awarded_nothing_with_its_code():
    refused = (1, 3, "MZ302", "12|F1", "2", "12|a", 5_000, 0, "0587")
    assert rows(merge_returns(claims(*DECLARED, refused)).awarded) == [(0, 3, 0, "0587")]


def test_a_message_rejected_as_a_whole_is_awarded_nothing_on_every_line():
    merged = merge_returns(claims(*DECLARED), rejected_messages={"12|F1": "0001", "12|F2": "0804"})
    assert rows(merged.awarded) == [(0, 3, 0, "0001"), (0, 4, 0, "0001")]


def test_an_answer_of_its_own_beats_the_rejection_of_the_message():
    merged = merge_returns(claims(*DECLARED, ANSWERED[0]), rejected_messages={"12|F1": "0001"})
    assert rows(merged.awarded) == [(0, 3, 4_500, "8059"), (0, 4, 0, "0001")]


def test_claims_in_tables_are_left_alone():
    table = (0, 2, "CSV", None, None, "12|a", 5_000, 5_000, None)
    merged = merge_returns(claims(table, *ANSWERED))
    assert (merged.awarded.height, merged.merged.height, merged.findings.height) == (0, 0, 0)


def test_an_answer_in_xml_says_no_more_than_the_reference_and_the_award():
    declared = (0, 12, "GDS801", "12|F1", "a", "12|a", 5_000, None, None)
    answer = (1, 12, "GDS802", "12|F1", "a", "12|a", None, 5_000, None)
    assert rows(merge_returns(claims(declared, answer)).merged) == [(1, 12)]


def test_which_standards_are_answers_the_layouts_say():
    returns = ("AP305", "MZ302", "PM305", "GDS802")
    assert all(is_return(standard) for standard in returns)
    assert not any(
        is_return(standard) for standard in ("AP304", "MZ301", "PM304", "ZH308", "AW319", "GDS801", "CSV")
    )
