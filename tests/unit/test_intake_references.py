"""Numbers under the supplier's own key."""

from __future__ import annotations

import hashlib
import hmac

import polars as pl
import pytest

from pipeline.canonical import canonical_table
from pipeline.errors import ReconciliationError
from pipeline.intake.accounts import TableAccount
from pipeline.intake.columns.references import key_references

CLAIM_LINE = canonical_table("claim_line")


def mac(messages):
    return [hmac.digest(b"k" * 32, message, "sha256")[:16] for message in messages]


def test_a_credit_still_names_its_claim_and_empty_stays_empty():
    frame = pl.DataFrame(
        {
            "line_ref": ["a|1", "a|2"],
            "corrected_line_ref": [None, "a|1"],
            "care_trajectory_ref": [None, None],
            "care_subtrajectory_ref": [None, None],
            "performance_code": ["x", "y"],
        },
        schema_overrides=dict.fromkeys(("care_trajectory_ref", "care_subtrajectory_ref"), pl.String),
    )
    keyed = key_references(CLAIM_LINE, frame.lazy(), mac).collect()
    expected = hmac.new(b"k" * 32, b"a|1", hashlib.sha256).hexdigest()[:32]
    assert keyed["line_ref"][0] == keyed["corrected_line_ref"][1] == expected
    assert keyed["corrected_line_ref"][0] is None
    assert keyed["care_trajectory_ref"].to_list() == [None, None]
    assert keyed["performance_code"].to_list() == ["x", "y"]


def test_each_different_number_is_computed_once():
    asked = []

    def counting(messages):
        asked.extend(messages)
        return mac(messages)

    names = [column.name for column in CLAIM_LINE.columns if column.privacy == "pseudonym"]
    frame = pl.DataFrame({name: ["a|1"] * 1000 for name in names})
    key_references(CLAIM_LINE, frame.lazy(), counting).collect()
    assert asked == [b"a|1"]


def test_an_empty_table_stays_one():
    frame = pl.DataFrame(schema=CLAIM_LINE.polars_schema)
    assert key_references(CLAIM_LINE, frame.lazy(), mac).collect().schema == frame.schema


@pytest.mark.parametrize(
    "account",
    [
        TableAccount(rows_delivered=2, rows_accepted=1),
        TableAccount(rows_delivered=1, rows_accepted=1, cents_delivered=100, cents_accepted=99),
        TableAccount(rows_delivered=1, rows_rejected=1),
    ],
)
def test_an_account_that_does_not_close_is_an_error(account):
    with pytest.raises(ReconciliationError, match="a file"):
        account.require_closed("a file")


def test_accounts_add_up_by_rule():
    rejected = {"rows_rejected": 1, "cents_delivered": 5, "cents_rejected": 5}
    bsn, date = (
        {"rejected_by_rule": {rule: 1}, "rejected_cents_by_rule": {rule: 5}} for rule in ("bsn", "date")
    )
    one = TableAccount(rows_delivered=2, rows_accepted=1, **rejected, **bsn)
    two = TableAccount(rows_delivered=1, **rejected, **date)
    both = (one + two).require_closed("both")
    assert (both.rows_delivered, both.rejected_by_rule) == (3, {"bsn": 1, "date": 1})
    assert both.rejected_cents_by_rule == {"bsn": 5, "date": 5}
