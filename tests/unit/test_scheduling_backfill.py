"""A backfill against an Airflow of a few lines: order, what is run again, what is left out, what failed."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.database import writing
from pipeline.deliveries import Delivery, Register, Status
from pipeline.errors import SchedulingError
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pipeline.reporting.issued import IssuedStatement, IssuedStatements
from pipeline.scheduling import airflow_of, backfill, pulse, rest, standalone
from pipeline.scheduling.backfill import run_backfill
from pipeline.scheduling.night_run import NightRun
from pipeline.scheduling.nights import nights
from pipeline.scheduling.plan import plan_backfill
from pipeline.scheduling.rest import AirflowApi
from pipeline.scheduling.standalone import free_port
from tests.unit.fake_airflow import FakeAirflow, served

FIRST, LAST = dt.date(2026, 3, 28), dt.date(2026, 3, 31)
PERIOD = nights(FIRST, LAST)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OcmoHome:
    """An OCMO with one accepted delivery of the second night."""
    monkeypatch.setattr(backfill, "ASK_EVERY_SECONDS", 0.001)
    (tmp_path / "ocmo").mkdir()
    (tmp_path / "ocmo" / "ocmo.yaml").write_text("inbox: ../drop\n")
    found = OcmoHome.open(tmp_path / "ocmo")
    register = Register(open_lake(found).catalogue.engine)
    register.insert(
        Delivery("a", "0" * 64, Status.ACCEPTED, delivery_id="a", contract="c", delivered_on=PERIOD[1])
    )
    return found


@pytest.fixture
def airflow(home: OcmoHome) -> Iterator[FakeAirflow]:
    with served(FakeAirflow()) as fake:
        fake.runs_in(airflow_of("ocmo", home.root))
        yield fake


def run(home: OcmoHome, *, only_failed: bool = False) -> list[NightRun]:
    heard: list[NightRun] = []
    ended = run_backfill(home, PERIOD, only_failed=only_failed, hear=heard.append)
    assert heard == ended
    return ended


def outcomes(ended: list[NightRun]) -> list[str]:
    assert [night.business_date for night in ended] == PERIOD
    return [night.outcome for night in ended]


def test_every_night_runs_once_and_one_at_a_time(home: OcmoHome, airflow: FakeAirflow) -> None:
    assert outcomes(run(home)) == ["no data", "done", "done", "done"]
    (made,) = airflow.backfills
    assert made["asked"]["max_active_runs"] == 1
    assert made["asked"]["dag_run_conf"] == {}
    assert made["completed_at"], "Airflow itself would take half a minute to see that it is over"
    assert airflow.is_paused, "as it was"


def test_a_second_time_runs_all_again_or_only_what_failed(home: OcmoHome, airflow: FakeAirflow) -> None:
    airflow.ends = {PERIOD[2]: "failed"}
    assert outcomes(run(home)) == ["no data", "done", "failed", "done"]
    airflow.ends = {}
    airflow.runs[PERIOD[1]]["dag_run_id"] = "of the first time"
    assert outcomes(run(home, only_failed=True)) == ["no data", "done", "done", "done"]
    assert airflow.runs[PERIOD[1]]["dag_run_id"] == "of the first time"
    assert outcomes(run(home)) == ["no data", "done", "done", "done"]
    assert airflow.runs[PERIOD[1]]["dag_run_id"] != "of the first time"


def test_a_failed_night_says_which_task_and_where_to_look(home: OcmoHome, airflow: FakeAirflow) -> None:
    airflow.ends = {PERIOD[3]: "failed"}
    remedy = run(home)[3].remedy
    assert remedy.startswith("Failed: check.")
    assert f"run_id=backfill__{LAST}" in remedy
    airflow.said = ["check: The gate cannot read its checks. Mend them."]
    assert run(home)[3].remedy == "check: The gate cannot read its checks. Mend them."


def test_a_night_without_data_is_no_failure_unless_its_run_failed(
    home: OcmoHome, airflow: FakeAirflow
) -> None:
    assert run(home)[0] == NightRun(FIRST, "no data", 7.0)
    airflow.ends = {FIRST: "failed"}
    assert run(home)[0].outcome == "failed", "nothing may have been accepted because a task failed"


def test_nights_that_are_not_over_and_nights_that_run_already(home: OcmoHome, airflow: FakeAirflow) -> None:
    airflow.over = PERIOD[2]
    airflow.has_run(PERIOD[1], "running", "manual")
    ended = run(home)
    assert outcomes(ended) == ["no data", "left out", "done", "left out"]
    assert "under way" in ended[1].remedy
    assert "not over" in ended[3].remedy


def test_broken_off_what_waits_is_taken_back_and_what_runs_is_stopped(
    home: OcmoHome, airflow: FakeAirflow
) -> None:
    def stop(night: NightRun) -> None:
        if night.business_date == PERIOD[1]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_backfill(home, PERIOD, only_failed=False, hear=stop)
    assert [airflow.runs[night]["state"] for night in PERIOD] == ["success", "success", "failed", "failed"]
    assert airflow.backfills[0]["completed_at"]
    assert outcomes(run(home, only_failed=True)) == ["no data", "done", "done", "done"]


def test_another_backfill_is_under_way(home: OcmoHome, airflow: FakeAirflow) -> None:
    airflow.backfills.append({"id": 1, "completed_at": None})
    with pytest.raises(
        SchedulingError, match=r"Airflow refused \(409\): There is already a running backfill"
    ):
        run(home)
    assert airflow.is_paused
    assert airflow.runs == {}


def test_a_database_that_is_locked_is_asked_again(
    home: OcmoHome, airflow: FakeAirflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rest, "WAIT_SECONDS", 0.001)
    airflow.locked = 2
    assert outcomes(run(home)) == ["no data", "done", "done", "done"]
    airflow.locked = rest.ATTEMPTS
    with pytest.raises(SchedulingError, match=re.escape("(503): Database is locked")):
        run(home)


def test_a_scheduler_that_died_is_not_waited_for(
    home: OcmoHome, airflow: FakeAirflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "ASK_EVERY_SECONDS", 0.001)
    monkeypatch.setattr(pulse, "GIVES_UP_AFTER_SECONDS", 0.1)

    def die(night: NightRun) -> None:
        airflow.scheduler = "unhealthy"

    with pytest.raises(SchedulingError, match=r"scheduler has stopped.*--only-failed"):
        run_backfill(home, PERIOD, only_failed=False, hear=die)
    assert airflow.backfills[0]["completed_at"], "what waits is taken back"
    airflow.scheduler = "healthy"
    assert outcomes(run(home, only_failed=True)) == ["no data", "done", "done", "done"]


def test_a_backfill_that_airflow_half_made_is_made_anew(
    home: OcmoHome, airflow: FakeAirflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database was locked when the backfill was there and its answer was not: asked again, it says 409."""
    monkeypatch.setattr(rest, "WAIT_SECONDS", 0.001)
    monkeypatch.setattr(
        backfill, "_airflow", lambda _: contextlib.nullcontext((AirflowApi(airflow.address), True))
    )
    airflow.locked_when_made, airflow.is_paused = 1, False
    assert outcomes(run(home)) == ["no data", "done", "done", "done"]
    assert [bool(made["completed_at"]) for made in airflow.backfills] == [True, True]
    assert set(airflow.made_while_paused) == {True}, (
        "the scheduler must not see runs while they are being made"
    )
    assert not airflow.is_paused, "as it was"


def test_an_airflow_that_others_use_is_never_paused(home: OcmoHome, airflow: FakeAirflow) -> None:
    airflow.is_paused = False
    run(home)
    assert airflow.made_while_paused == [False]


def test_a_second_airflow_in_the_same_home_is_refused(home: OcmoHome, airflow: FakeAirflow) -> None:
    with (
        pytest.raises(SchedulingError, match=f"Airflow runs already at {airflow.address}"),
        standalone(airflow_of("ocmo", home.root), free_port()),
    ):
        raise AssertionError("it must not start")


def test_the_plan_names_what_was_issued_on_these_nights(home: OcmoHome) -> None:
    engine = open_lake(home).catalogue.engine
    register = IssuedStatements(engine)
    with writing(engine) as connection, connection.begin():
        register.add(IssuedStatement("c", 2025, LAST, 1, "0", "0", "0"), connection)
    said = "c 2025 was issued on 2026-03-31: that statement stays as it is."
    assert plan_backfill(home, FIRST, LAST).in_words[-1] == said
    assert said not in plan_backfill(home, FIRST, PERIOD[2]).in_words


def test_the_plan_says_what_will_run_and_which_nights_have_no_data(home: OcmoHome) -> None:
    assert plan_backfill(home, FIRST, LAST).in_words == [
        "4 nights, 2026-03-28 up to and including 2026-03-31:",
        "  2026-03-28 2026-03-29 2026-03-30 2026-03-31",
        "The first delivery is of 2026-03-29: 1 of them has no data.",
    ]
    month = plan_backfill(home, FIRST, FIRST + dt.timedelta(days=29)).in_words[1:6]
    assert " ".join(month).split() == [f"{night}" for night in nights(FIRST, FIRST + dt.timedelta(days=29))]
    assert plan_backfill(home, FIRST, FIRST).in_words == [
        "The night of 2026-03-28.",
        "Nothing had been delivered by then.",
    ]
    assert plan_backfill(home, LAST, LAST).in_words == ["The night of 2026-03-31."]
