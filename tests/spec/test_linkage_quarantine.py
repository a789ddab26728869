"""A delivery that links otherwise than its contract expects waits in quarantine until an operator lets it go."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from pipeline.checks import deliveries as judging
from pipeline.checks.report import GateReport
from pipeline.cli.app import app
from pipeline.deliveries import Delivery, Register, Standing, Status, raw_inputs
from pipeline.errors import NoDataError, SettingsError
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pipeline.linkage.overlap import FEWEST, linking
from pipeline.linkage.quarantine import release
from pipeline.reporting.night import summarise
from pseudonymisation.audit import AuditLog
from pseudonymisation.errors import AuditError
from tests.unit.deliveries_world import claims, insured, pid, raw_table
from tests.unit.lake_world import home_in, publish_delivery
from tests.unit.pseudonymisation_world import OCMO, World

EVENTS = "veldzicht-2025-01"
DAY, NEXT = dt.date(2026, 7, 15), dt.date(2026, 7, 16)


@pytest.fixture
def home(tmp_path: Path) -> OcmoHome:
    """A register of a thousand insured. Of clinical events the contract expects that 40 % to 90 % are of them."""
    home = home_in(tmp_path)
    publish_delivery(
        home, "zilverzorg-2025-01", {"insured": insured(range(1_000)), "claim_line": claims(range(1_000))}
    )
    return home


def events(known: int, strangers: int) -> pl.DataFrame:
    """Operations, one a person: of insured from number 0 on, and of others."""
    persons = [*range(known), *range(5_000, 5_000 + strangers)]
    return raw_table(
        "clinical_event",
        [{"pid": pid(n), "event_ref": str(n), "event_date": dt.date(2025, 3, 1)} for n in persons],
    )


def deliver(home: OcmoHome, known: int, strangers: int, **said: Any) -> Delivery:
    said = {"status": Status.LINKED, "supplier": "veldzicht", "delivered_on": DAY, **said}
    said |= {"manifest_digest": hashlib.sha256(str(said).encode()).hexdigest()}
    return publish_delivery(
        home, said.pop("id", EVENTS), {"clinical_event": events(known, strangers)}, **said
    )


def found(home: OcmoHome, delivery: Delivery) -> dict[str, dict[str, Any]]:
    lake = open_lake(home)
    return {one["check"]: one for one in linking(home, lake, Register(lake.catalogue.engine), delivery)}


def judge(home: OcmoHome, monkeypatch: pytest.MonkeyPatch, day: dt.date = DAY) -> list[judging.Verdict]:
    """The gate, which finds nothing else to say."""
    monkeypatch.setattr(judging, "gate", lambda *_, **__: GateReport(()))
    return judging.gate_deliveries(home, day)


def standing(home: OcmoHome, day: dt.date, delivery: str = EVENTS) -> Standing:
    (state,) = (one for one in register(home).state(day) if one.delivery.delivery_id == delivery)
    return state.standing


def register(home: OcmoHome) -> Register:
    return Register(open_lake(home).catalogue.engine)


@pytest.mark.parametrize(
    ("known", "strangers", "share", "status"),
    [
        (39, 61, 0.39, "failed"),
        (40, 60, 0.40, "passed"),
        (65, 35, 0.65, "passed"),
        (90, 10, 0.90, "passed"),
        (91, 9, 0.91, "failed"),
        (0, 100, 0.0, "failed"),
    ],
)
def test_the_share_whom_the_register_knows_is_held_against_the_band(
    home: OcmoHome, known: int, strangers: int, share: float, status: str
) -> None:
    overlap = found(home, deliver(home, known, strangers))["clinical_event.overlap"]
    assert (overlap["value"], overlap["status"]) == (share, status)
    assert overlap["limits"] == {"expected": 0.65, "lowest": 0.4, "highest": 0.9}
    assert (overlap["violated"], overlap["denominator"]) == (strangers, known + strangers)


def test_the_supplier_of_the_register_is_held_against_its_own(home: OcmoHome) -> None:
    lines = {"insured": insured(range(2_000, 2_100)), "claim_line": claims(range(2_000, 2_105))}
    delivery = publish_delivery(home, "kompas-2025-01", lines, status=Status.LINKED, supplier="kompas")
    assert found(home, delivery)["claim_line.overlap"]["value"] == pytest.approx(100 / 105, abs=1e-4)


def test_of_few_persons_no_share_is_judged(home: OcmoHome) -> None:
    overlap = found(home, deliver(home, 0, FEWEST - 1))["clinical_event.overlap"]
    assert (overlap["status"], overlap["reason"]) == ("not applicable", "there are fewer than 50 persons")


def test_without_a_register_there_is_nothing_to_hold_it_against(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    assert found(home, deliver(home, 60, 0))["clinical_event.overlap"]["status"] == "not applicable"


def test_a_register_that_comes_later_is_not_looked_at(home: OcmoHome) -> None:
    early = deliver(home, 60, 0, delivered_on=dt.date(2026, 7, 1))
    assert found(home, early)["clinical_event.overlap"]["status"] == "not applicable"


@pytest.mark.parametrize(("known", "strangers", "status"), [(50, 50, "passed"), (49, 51, "failed")])
def test_persons_whom_nobody_delivered_before_are_an_alarm_that_holds_nothing_back(
    home: OcmoHome, monkeypatch: pytest.MonkeyPatch, known: int, strangers: int, status: str
) -> None:
    """The contract says: at most half."""
    alarm = found(home, deliver(home, known, strangers))["all.new_persons"]
    assert (alarm["status"], alarm["violated"], alarm["denominator"]) == (status, strangers, 100)
    (verdict,) = judge(home, monkeypatch)
    assert verdict.status == Status.ACCEPTED


def test_outside_the_band_it_waits_and_no_figure_uses_it(
    home: OcmoHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(home, 20, 80)
    (verdict,) = judge(home, monkeypatch)
    assert verdict.status == Status.QUARANTINED
    assert verdict.reason.startswith(
        "20.0% of the 100 persons in clinical_event are in the register of insured"
    )
    assert standing(home, DAY) is Standing.QUARANTINED
    used = raw_inputs(open_lake(home), "maasoever", DAY).deliveries
    assert [row.delivery_id for row in used] == ["zilverzorg-2025-01"]
    assert judge(home, monkeypatch) == [], "it is judged once"


def test_what_it_would_replace_stays_in_force_meanwhile(
    home: OcmoHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(home, 65, 35, id="veldzicht-2025-00", status=Status.ACCEPTED)
    deliver(home, 20, 80, replaces="veldzicht-2025-00")
    judge(home, monkeypatch)
    assert standing(home, DAY, "veldzicht-2025-00") is Standing.ACCEPTED


def test_the_night_tells_the_operator_until_another_takes_its_place(
    home: OcmoHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(home, 20, 80)
    judge(home, monkeypatch)
    (item,) = [todo for todo in summarise(home, DAY).todo if todo.where == EVENTS]
    assert item.what.startswith("It waits in quarantine: 20.0% of the 100 persons in clinical_event")
    assert f"`ocmo deliveries release {EVENTS}`" in item.remedy
    deliver(home, 65, 35, id="veldzicht-2025-02", replaces=EVENTS)
    judge(home, monkeypatch)
    assert EVENTS not in [todo.where for todo in summarise(home, DAY).todo]


def with_agreement(home: OcmoHome) -> AuditLog:
    world = World.make(home.root / "roles")
    home.agreements.mkdir()
    world.agreement.write(home.agreements / "maasoever.json")
    return AuditLog.of_home(home.root, world.rings[OCMO].identity)


def test_released_it_counts_from_that_day_and_the_log_says_by_whom_and_why(
    home: OcmoHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = with_agreement(home)
    deliver(home, 20, 80)
    judge(home, monkeypatch)
    release(home, EVENTS, on=NEXT, by="A. Bakker", reason="a new ward")
    assert (standing(home, DAY), standing(home, NEXT)) == (Standing.QUARANTINED, Standing.ACCEPTED)
    assert EVENTS in [row.delivery_id for row in register(home).accepted("maasoever", NEXT)]
    (line,) = log.lines()
    assert (line.entry.action, line.entry.delivery, line.entry.on) == ("release", EVENTS, "2026-07-16")
    assert line.entry.reason == "A. Bakker: a new ward"
    with pytest.raises(NoDataError, match="waits in quarantine"):
        release(home, EVENTS, on=NEXT, by="A. Bakker", reason="again")


@pytest.mark.parametrize(
    ("day", "by", "reason", "error"),
    [
        (dt.date(2026, 7, 14), "A. Bakker", "a new ward", SettingsError),
        (NEXT, " ", "a new ward", SettingsError),
        (NEXT, "A. Bakker", "", SettingsError),
        (NEXT, "A. Bakker", "it was 123456782 who called", AuditError),
    ],
)
def test_without_a_day_a_name_or_a_reason_that_may_be_kept_nothing_is_released(
    home: OcmoHome,
    monkeypatch: pytest.MonkeyPatch,
    day: dt.date,
    by: str,
    reason: str,
    error: type[Exception],
) -> None:
    log = with_agreement(home)
    deliver(home, 20, 80)
    judge(home, monkeypatch)
    with pytest.raises(error) as caught:
        release(home, EVENTS, on=day, by=by, reason=reason)
    assert "123456782" not in str(caught.value)
    assert standing(home, NEXT) is Standing.QUARANTINED
    assert log.lines() == []


def test_the_command(home: OcmoHome, monkeypatch: pytest.MonkeyPatch) -> None:
    with_agreement(home)
    deliver(home, 20, 80)
    judge(home, monkeypatch)
    (home.root / "ocmo.yaml").write_text(f"contracts: {home.contracts}\ndatabase_url: {home.database_url}\n")
    options = ["--date=2026-07-16", "--by=A. Bakker", "--reason=a new ward", f"--home={home.root}"]
    done = CliRunner().invoke(app, ["deliveries", "release", EVENTS, *options])
    assert done.stdout == f"{EVENTS} counts from 2026-07-16; the next night of that date or later uses it.\n"
    assert standing(home, NEXT) is Standing.ACCEPTED
