"""What holds for every message: written and read it is the same; damaged it is refused, or taken in whole."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import FileRefusedError
from pipeline.intake.check import CheckedFile, check_file
from pipeline.intake.files.source_file import SourceFile
from pipeline.intake.messages.message_form import MessageForm
from tests.intake_messages import BSN, ap304, judge_all_but_other, zh308

LINES = zh308(
    performances=[{}, {"performance_sequence_number": 2}],
    tariffs=[{}, {"performance_sequence_number": 2, "line_reference": "R2", "declared_sign": "C"}],
)
WHOLE = "\r\n".join([*LINES, ""]).encode("latin-1")

# Printable latin-1 and some beyond ASCII; what is stripped at the ends would come back shorter.
TEXT = st.text(st.characters(codec="latin-1", exclude_categories=["C"]), max_size=7).map(str.strip)
TARIFFS = st.lists(
    st.fixed_dictionaries(
        {
            "declared_cents": st.integers(0, 99_999_999),
            "declared_sign": st.sampled_from("CD"),
            "performance_start_date": st.dates(dt.date(1990, 1, 1), dt.date(2099, 12, 31)),
        }
    ),
    max_size=8,
)


@pytest.fixture(scope="module")
def whole_account(tmp_path_factory):
    return check(tmp_path_factory.mktemp("whole"), WHOLE).accounts["claim_line"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("messages")


def check(folder: Path, content: bytes) -> CheckedFile:
    path = folder / "message.asc"
    path.write_bytes(content)
    return check_file(path, judge_bsn=judge_all_but_other)


def attempt(folder: Path, content: bytes) -> tuple[CheckedFile | None, str]:
    """The checked file, or else what its refusal says."""
    try:
        return check(folder, content), ""
    except FileRefusedError as refused:
        return None, str(refused)


@settings(max_examples=40, deadline=None)
@given(drawn=TARIFFS, encoding=st.sampled_from(["latin-1", "utf-8"]))
def test_what_is_written_is_read_to_the_cent(folder, drawn, encoding):
    tariffs = [row | {"line_reference": f"R{i}"} for i, row in enumerate(drawn)]
    tariffs = [row | {"performance_sequence_number": i} for i, row in enumerate(tariffs)]
    performances = [
        {name: row[name] for name in ("performance_start_date", "performance_sequence_number")}
        for row in tariffs
    ]
    lines = zh308(performances=performances, tariffs=tariffs)
    checked = check(folder, "\n".join(lines).encode(encoding))
    cents = [row["declared_cents"] * (-1 if row["declared_sign"] == "C" else 1) for row in drawn]
    table = checked.tables["claim_line"].collect()
    assert checked.outcome == "accepted"
    assert table["declared_cents"].to_list() == cents
    assert table["opening_date"].to_list() == [row["performance_start_date"] for row in drawn]
    assert checked.trailer_cents == checked.accounts["claim_line"].cents_accepted == sum(cents)


DISPENSINGS = st.lists(
    st.fixed_dictionaries(
        {
            "declared_cents": st.integers(0, 99_999_999),
            "declared_sign": st.sampled_from("CD"),
            "performance_date": st.dates(dt.date(1990, 1, 1), dt.date(2099, 12, 31)),
            "performance_code": st.sampled_from(["99000101", "99000406", "12345678"]),
            "quantity": st.integers(0, 999_999_999),
        }
    ),
    max_size=8,
)
DOSES_IN_A_UNIT = {"99000101": 250, "99000406": 1333}


@settings(max_examples=40, deadline=None)
@given(drawn=DISPENSINGS, encoding=st.sampled_from(["latin-1", "utf-8"]))
def test_a_pharmacy_s_message_is_read_to_the_cent_and_to_the_dose(folder, drawn, encoding):
    lines = ap304(dispensings=[row | {"line_reference": f"R{i}"} for i, row in enumerate(drawn)])
    checked = check(folder, "\n".join(lines).encode(encoding))
    signs = [-1 if row["declared_sign"] == "C" else 1 for row in drawn]
    doses = [
        None if unit is None else sign * ((row["quantity"] * unit + 500) // 1000)
        for sign, row in zip(signs, drawn, strict=True)
        for unit in [DOSES_IN_A_UNIT.get(row["performance_code"])]
    ]
    table = checked.tables["claim_line"].collect()
    assert checked.outcome == "accepted"
    assert table["declared_cents"].to_list() == [
        sign * row["declared_cents"] for sign, row in zip(signs, drawn, strict=True)
    ]
    assert table["ddd_thousandths"].to_list() == doses
    assert table["opening_date"].to_list() == [row["performance_date"] for row in drawn]
    assert checked.trailer_cents == checked.accounts["claim_line"].cents_accepted


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(TEXT, min_size=1, max_size=5), encoding=st.sampled_from(["latin-1", "utf-8"]))
def test_text_comes_back_as_it_was_written(folder, texts, encoding):
    performances = [
        {"diagnosis_code": text, "performance_sequence_number": i} for i, text in enumerate(texts)
    ]
    path = folder / "message.asc"
    path.write_bytes("\r\n".join(zh308(performances=performances)).encode(encoding))
    source = SourceFile.at(path, workspace=folder)
    (block,) = MessageForm.of(source).blocks(source)
    assert block.records("04").fields("diagnosis_code")["diagnosis_code"].fill_null("").to_list() == texts


@settings(max_examples=150, deadline=None)
@given(length=st.integers(0, len(WHOLE)))
def test_a_message_cut_off_anywhere_is_refused_or_whole(folder, whole_account, length):
    checked, refusal = attempt(folder, WHOLE[:length])
    # Only the last line's end may be missing.
    assert (checked is not None) == (length >= len(WHOLE) - 2)
    assert checked is None or checked.accounts["claim_line"] == whole_account
    assert BSN not in refusal


@settings(max_examples=100, deadline=None)
@given(place=st.integers(0, len(WHOLE) - 1), byte=st.integers(0, 255))
def test_a_message_with_any_byte_changed_is_refused_or_still_closes(folder, place, byte):
    checked, said = attempt(folder, WHOLE[:place] + bytes([byte]) + WHOLE[place + 1 :])
    if checked is not None:
        account = checked.accounts["claim_line"]
        assert account.rows_delivered == account.rows_accepted + account.rows_rejected == 2
        assert account.cents_delivered == account.cents_accepted + account.cents_rejected
        said = checked.rejected.write_csv()
    assert BSN not in said


@settings(max_examples=50, deadline=None)
@given(content=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_end_in_one_clear_refusal(folder, content):
    checked, refusal = attempt(folder, content)
    assert checked is None
    assert refusal
