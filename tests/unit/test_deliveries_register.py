"""The register: one row for every arrival that was tried, and who sees it when."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.database import open_database, writing
from pipeline.deliveries import Delivery, Register, Status
from pipeline.errors import SettingsError

DAY = dt.date(2026, 7, 15)
LINKED = Delivery(
    arrival="zilverzorg-2025-01",
    arrival_digest="digest",
    status=Status.LINKED,
    delivery_id="zilverzorg-2025-01",
    contract="maasoever",
    supplier="zilverzorg",
    period="2025",
    delivered_on=DAY,
    manifest_digest="manifest",
    pseudonym_label="label",
    persons=40,
    accounts={"claim_line": {"rows_accepted": 3, "cents_accepted": -5}},
)
OPENED = [Status.LINKED, Status.ACCEPTED, Status.STOPPED]


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return Register(open_database(f"sqlite:///{tmp_path / 'register.sqlite'}"))


def test_a_row_comes_back_as_it_was_entered(register: Register) -> None:
    register.insert(LINKED)
    assert register.all() == [LINKED]
    assert LINKED.scope == "delivery/zilverzorg-2025-01"


def test_the_same_arrival_is_entered_once(register: Register) -> None:
    register.insert(LINKED)
    register.insert(replace(LINKED, status=Status.REFUSED))
    assert register.all() == [LINKED], "what another night entered meanwhile stays"
    register.insert(replace(LINKED, arrival_digest="mended"))
    assert len(register.all()) == 2


def test_tried_is_this_very_arrival_to_the_byte(register: Register) -> None:
    assert not register.has_tried("zilverzorg-2025-01", "digest")
    register.insert(replace(LINKED, status=Status.REFUSED))
    assert register.has_tried("zilverzorg-2025-01", "digest")
    assert not register.has_tried("zilverzorg-2025-01", "mended")
    assert not register.has_tried("another", "digest")


@pytest.mark.parametrize("status", OPENED)
def test_seen_is_what_was_opened_by_its_id_or_its_manifest(register: Register, status: Status) -> None:
    register.insert(replace(LINKED, status=status))
    assert register.has_seen("zilverzorg-2025-01", "other")
    assert register.has_seen("other", "manifest")
    assert not register.has_seen("other", "other")


def test_what_was_refused_was_not_seen_and_may_come_again(register: Register) -> None:
    register.insert(replace(LINKED, status=Status.REFUSED))
    assert not register.has_seen("zilverzorg-2025-01", "manifest")


def test_the_gates_verdict_is_given_once(register: Register) -> None:
    register.insert(LINKED)
    register.judge(LINKED, Status.STOPPED, {"claim_line": "stopped"}, "empty values")
    stopped = replace(LINKED, status=Status.STOPPED, checks={"claim_line": "stopped"}, reason="empty values")
    assert register.all() == [stopped]
    register.judge(LINKED, Status.ACCEPTED, {})
    assert register.all() == [stopped], "only what is linked and not yet judged"


def test_figures_use_what_was_accepted_up_to_the_business_date(register: Register) -> None:
    accepted = replace(LINKED, status=Status.ACCEPTED)
    later = replace(accepted, arrival="later", delivered_on=DAY + dt.timedelta(days=1))
    other = replace(accepted, arrival="other", contract="another")
    others = [replace(LINKED, arrival=f"not {s}", status=s) for s in set(Status) - {Status.ACCEPTED}]
    for row in (later, other, accepted, *others):
        register.insert(row)
    assert register.accepted("maasoever", DAY - dt.timedelta(days=1)) == []
    assert register.accepted("maasoever", DAY) == [accepted]
    assert register.accepted("maasoever", DAY + dt.timedelta(days=1)) == [later, accepted]
    assert register.with_status(Status.ACCEPTED, DAY) == [other, accepted]
    assert register.with_status(Status.ACCEPTED, DAY + dt.timedelta(days=1)) == [other, accepted, later]


def test_an_entry_in_a_callers_transaction_goes_back_with_it(register: Register) -> None:
    with writing(register.engine) as connection:
        transaction = connection.begin()
        register.insert(LINKED, connection)
        transaction.rollback()
    assert register.all() == []


def test_a_register_of_an_earlier_release_is_not_written_into(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'register.sqlite'}")
    with writing(engine) as connection, connection.begin():
        connection.exec_driver_sql("CREATE TABLE delivery (arrival VARCHAR, arrival_digest VARCHAR)")
    with pytest.raises(SettingsError, match=r"of an earlier release.*no replaces.*Start a new home"):
        Register(engine)
