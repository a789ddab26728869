"""A delivery under a band that comes before the register of insured is not used before it was held against one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pipeline.checks import deliveries as judging
from pipeline.checks.deliveries import Verdict
from pipeline.checks.report import CheckResult, GateReport
from pipeline.deliveries import Delivery, Register, Standing, Status
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pipeline.reporting.night import summarise
from tests.spec.test_linkage_quarantine import events
from tests.unit.deliveries_world import claims, insured
from tests.unit.lake_world import home_in, publish_delivery

HOSPITAL, INSURER = "berkenhof-2025-01", "zilverzorg-2025-01"
DAY, NEXT = dt.date(2026, 7, 15), dt.date(2026, 7, 16)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OcmoHome:
    """Nothing was delivered; the gate finds nothing else to say."""
    monkeypatch.setattr(judging, "gate", lambda *_, **__: GateReport(()))
    return home_in(tmp_path)


def hospital_delivers(home: OcmoHome, known: int = 65, strangers: int = 35, day: dt.date = DAY) -> Delivery:
    """Of the persons the contract expects 65 % in the register, and allows 40 % to 90 %."""
    return publish_delivery(
        home,
        HOSPITAL,
        {"clinical_event": events(known, strangers)},
        status=Status.LINKED,
        supplier="berkenhof",
        delivered_on=day,
        manifest_digest="of the hospital's",
    )


def insurer_delivers(home: OcmoHome, day: dt.date = DAY) -> Delivery:
    return publish_delivery(
        home,
        INSURER,
        {"insured": insured(range(1_000)), "claim_line": claims(range(1_000))},
        status=Status.LINKED,
        delivered_on=day,
    )


def judge(home: OcmoHome, day: dt.date) -> dict[str, str]:
    return {one.delivery_id: one.status for one in judging.gate_deliveries(home, day)}


def used(home: OcmoHome, day: dt.date) -> list[str]:
    register = Register(open_lake(home).catalogue.engine)
    return [str(row.delivery_id) for row in register.accepted("maasoever", day)]


@pytest.mark.parametrize(
    ("known", "strangers", "status"),
    [(65, 35, Status.ACCEPTED), (0, 100, Status.QUARANTINED), (100, 0, Status.QUARANTINED)],
)
def test_of_one_night_the_register_is_judged_first_whatever_its_name(
    home: OcmoHome, known: int, strangers: int, status: Status
) -> None:
    hospital_delivers(home, known, strangers)
    insurer_delivers(home)
    assert list(judge(home, DAY).items()) == [(INSURER, Status.ACCEPTED), (HOSPITAL, status)]


@pytest.mark.parametrize(
    ("known", "strangers", "status"), [(65, 35, Status.ACCEPTED), (0, 100, Status.QUARANTINED)]
)
def test_it_waits_for_the_register_and_is_held_against_it_then(
    home: OcmoHome, known: int, strangers: int, status: Status
) -> None:
    hospital_delivers(home, known, strangers)
    assert judge(home, DAY) == {}
    assert used(home, DAY) == []
    insurer_delivers(home, NEXT)
    assert judge(home, NEXT) == {INSURER: Status.ACCEPTED, HOSPITAL: status}
    assert (HOSPITAL in used(home, NEXT)) == (status == Status.ACCEPTED)
    assert judge(home, NEXT) == {}, "it is judged once"


def test_the_night_says_what_it_waits_for(home: OcmoHome) -> None:
    hospital_delivers(home)
    judge(home, DAY)
    (state,) = Register(open_lake(home).catalogue.engine).state(DAY)
    assert state.standing is Standing.LINKED
    (item,) = [todo for todo in summarise(home, DAY).todo if todo.where == HOSPITAL]
    assert "waits for the register of insured" in item.remedy


def test_a_register_that_was_stopped_is_none(home: OcmoHome, monkeypatch: pytest.MonkeyPatch) -> None:
    hospital_delivers(home)
    insurer_delivers(home)
    stopping = CheckResult.from_json(
        {**a_finding(home), "severity": "stop", "status": "failed", "violated": 1, "denominator": 1}
    )
    monkeypatch.setattr(
        judging, "gate", lambda tables, **__: GateReport((stopping,) if "insured" in tables else ())
    )
    assert judge(home, DAY) == {INSURER: Status.STOPPED}


def test_what_the_gate_stops_does_not_wait(home: OcmoHome, monkeypatch: pytest.MonkeyPatch) -> None:
    hospital_delivers(home)
    stopping = CheckResult.from_json(
        {**a_finding(home), "severity": "stop", "status": "failed", "violated": 1, "denominator": 1}
    )
    monkeypatch.setattr(judging, "gate", lambda *_, **__: GateReport((stopping,)))
    (verdict,) = judging.gate_deliveries(home, DAY)
    assert (verdict.delivery_id, verdict.status) == (HOSPITAL, Status.STOPPED)
    assert isinstance(verdict, Verdict)


def a_finding(home: OcmoHome) -> dict[str, object]:
    """Any finding in JSON's shape."""
    from pipeline.linkage.overlap import _finding

    return _finding("clinical_event", "overlap", "something", {})
