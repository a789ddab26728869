"""The published example message PM304 3.2, 1 insured and 1 service of EUR 40.00: as it is, and with a BSN that fails.

Its publisher calls the BSN invalid. At the positions of the standard (15 to 23) stands a number that passes the eleven
test, by our judge and by python-stdnum; one position to the left stands one that fails. Intake reads by the standard.
"""

from __future__ import annotations

import datetime as dt

import pytest
from stdnum.nl import bsn as oracle
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.cli.supplier.judging import judge_bsn
from pipeline.errors import NothingAcceptableError
from pipeline.intake.check import check_file

BSN = slice(14, 23)


@pytest.fixture
def published(reference):
    return reference / "vektis" / "examples" / "PM304_v3.2_invalid_bsn.dat"


@pytest.fixture
def spoiled(published, tmp_path):
    """The message with another last digit in every BSN: it fails the eleven test."""
    lines = published.read_text("latin-1").splitlines()
    persons = [line for line in lines if line[:2] in ("02", "04")]
    last = str((int(persons[0][22]) + 1) % 10)
    changed = [line[:22] + last + line[23:] if line in persons else line for line in lines]
    path = tmp_path / "message.dat"
    path.write_text("\r\n".join([*changed, ""]), encoding="latin-1")
    return path, persons[0][14:22] + last


def test_as_published_it_is_taken_in_whole_and_reconciles(published):
    number = published.read_text("latin-1").splitlines()[1][BSN]
    assert oracle.is_valid(number)
    checked = check_file(published, judge_bsn=judge_bsn(allow_test_numbers=False))
    assert (checked.standard, checked.version, checked.outcome) == ("PM304", "3.2", "accepted")
    assert checked.records == {"01": 1, "02": 1, "04": 1, "98": 0, "99": 1}
    assert (checked.persons, checked.trailer_cents) == (1, 4_000)
    (line,) = checked.tables["claim_line"].collect().to_dicts()
    assert line["opening_date"] == line["closing_date"] == dt.date(2018, 9, 12)
    assert line["invoiced_date"] == dt.date(2018, 10, 2)
    assert (line["performance_list_code"], line["performance_code"]) == ("012", "4000")
    # Performance 4000 is speech therapy, and so is the provider's kind (05).
    assert (line["care_type_code"], line["diagnosis_code"]) == ("allied_care", "5110")
    assert (line["declared_cents"], line["awarded_cents"]) == (4_000, None)


def test_with_a_number_that_fails_it_is_refused_by_line_and_field_without_the_number(spoiled):
    path, number = spoiled
    assert not oracle.is_valid(number)
    checked = check_file(path, judge_bsn=judge_bsn(allow_test_numbers=False))
    assert checked.outcome == "refused"
    with pytest.raises(
        NothingAcceptableError,
        match=r"eleven test in message\.dat, line 3, field BURGERSERVICENUMMER \(BSN\)",
    ) as refused:
        checked.require_something_acceptable()
    assert number not in str(refused.value) + repr(checked) + checked.rejected.write_csv()


def test_the_command_ends_with_a_refusal(spoiled):
    path, number = spoiled
    told = CliRunner().invoke(app, ["supplier", "check", str(path)])
    assert isinstance(told.exception, NothingAcceptableError)
    assert "line 3, record 04, BURGERSERVICENUMMER (BSN) VERZEKERDE (positions 15-23): " in told.output
    assert number not in told.output
