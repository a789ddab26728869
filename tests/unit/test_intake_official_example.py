"""Vektis' own example message MZ301 1.3: 2 insured, 4 services, EUR 400.00."""

from __future__ import annotations

import datetime as dt
import hmac
import json

import polars as pl
import pytest

from pipeline.errors import NothingAcceptableError
from pipeline.intake.check import check_file
from pipeline.intake.delivery_accounts import accounts
from tests.intake_messages import judge_all_but_other

# Read off the published message by hand.
PERSONS = ["288902294", "288902294", "191217992", "191217992"]


def key(messages):
    return [hmac.digest(b"k" * 32, message, "sha256")[:16] for message in messages]


def example(reference, name):
    return reference / "vektis" / "examples" / name


def test_it_is_taken_in_whole_and_reconciles(reference):
    checked = check_file(example(reference, "MZ301_v1.3_example.asc"), judge_bsn=judge_all_but_other)
    assert (checked.standard, checked.version, checked.outcome) == ("MZ301", "1.3", "accepted")
    assert checked.records == {"01": 1, "02": 2, "03": 2, "04": 4, "98": 5, "99": 1}
    assert (checked.persons, checked.trailer_cents) == (2, 40_000)
    lines = checked.tables["claim_line"].collect()
    assert lines["bsn"].to_list() == PERSONS
    assert lines["line_ref"].to_list() == [f"12002242|Ref_0{i}" for i in range(1, 5)]
    assert lines["opening_date"].to_list() == [dt.date(2009, 1, 1)] * 2 + [dt.date(2009, 2, 1)] * 2
    assert lines["performance_code"].to_list() == ["195001", "195002"] * 2
    assert lines["declared_cents"].to_list() == [10_000] * 4


def test_its_account_closes_and_names_no_file(reference):
    checked = check_file(example(reference, "MZ301_v1.3_example.asc"), judge_bsn=judge_all_but_other)
    sent = accounts([checked], key)
    account = sent["claim_line"]
    assert (account["rows_delivered"], account["rows_accepted"], account["rows_rejected"]) == (4, 4, 0)
    assert (account["cents_delivered"], account["cents_accepted"], account["cents_rejected"]) == (
        40_000,
        40_000,
        0,
    )
    said = {"standard": "MZ301", "version": "1.3", "file_ref": key([bytes.fromhex(checked.sha256)])[0].hex()}
    assert account["files"] == [said]
    assert checked.sha256 not in json.dumps(sent), "whoever guesses a short file could test the guess"


def test_a_person_whose_number_fails_is_rejected_with_every_service(reference):
    def fail_the_first(numbers):
        bad = numbers == PERSONS[0]
        reason = pl.select(pl.when(bad).then(pl.lit("eleven_test"))).to_series()
        return pl.DataFrame({"normalised": numbers, "reason": reason})

    checked = check_file(example(reference, "MZ301_v1.3_example.asc"), judge_bsn=fail_the_first)
    account = checked.accounts["claim_line"]
    assert (account.rows_rejected, account.cents_rejected, account.rejected_by_rule) == (
        2,
        20_000,
        {"bsn": 2},
    )
    assert checked.rejected["line_number"].to_list() == [5, 6]
    assert PERSONS[0] not in checked.rejected.write_csv()


def test_a_message_of_which_nobody_can_be_taken_in_is_refused_by_field_and_line(reference):
    def fail_all(numbers):
        reason = pl.repeat("it fails the eleven test", len(numbers), eager=True)
        return pl.DataFrame(
            {"normalised": [None] * len(numbers), "reason": reason},
            schema_overrides={"normalised": pl.String},
        )

    checked = check_file(example(reference, "MZ301_v1.3_example.asc"), judge_bsn=fail_all)
    assert checked.outcome == "refused"
    place = r"MZ301_v1\.3_example\.asc, line 5, field BURGERSERVICENUMMER \(BSN\)"
    with pytest.raises(
        NothingAcceptableError,
        match=f"eleven test in {place}",
    ) as refused:
        checked.require_something_acceptable()
    assert not [number for number in PERSONS if number in str(refused.value) + repr(checked)]
