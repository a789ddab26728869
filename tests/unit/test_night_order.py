"""The night's order: one at a time, the summary always written, one contract's fault not the others'."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipeline import night
from pipeline.errors import FiguresError, NoDataError
from pipeline.home import OcmoHome
from pipeline.linkage import TakeIn
from pipeline.reporting.night import NightFiles
from pseudonymisation.errors import AgreementError
from tests.unit.lake_world import home_in

DATE = dt.date(2026, 7, 15)


@pytest.fixture
def home(tmp_path: Path) -> OcmoHome:
    made = home_in(tmp_path)
    made.root.mkdir(parents=True)
    return made


def test_of_two_nights_at_once_one_waits_for_the_other(
    home: OcmoHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way: list[str] = []
    together: list[int] = []

    def slowly(*_: object) -> list[str]:
        under_way.append("a night")
        time.sleep(0.2)
        together.append(len(under_way))
        under_way.pop()
        return []

    monkeypatch.setattr(night, "new_arrivals", slowly)
    nights = [threading.Thread(target=night.run_night, args=(home, DATE, str)) for _ in range(2)]
    for one in nights:
        one.start()
    for one in nights:
        one.join()
    assert together == [1, 1]
    assert NightFiles.of(home, DATE).text.is_file()


def test_before_the_first_delivery_the_night_says_so_and_its_summary_is_there(home: OcmoHome) -> None:
    done = night.run_night(home, dt.date(2020, 1, 1), str)
    (error,) = done.failures
    assert isinstance(error, NoDataError)
    assert "no data for business date 2020-01-01" in str(error)
    assert error.remedy
    assert "Nothing has been delivered up to this day." in done.files.text.read_text()


def test_what_one_contract_lacks_does_not_keep_the_others_from_their_figures(
    home: OcmoHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def cost(_: OcmoHome, contract_id: str, *__: Any) -> None:
        if contract_id == "first":
            raise FiguresError("The comparison group is empty", where=contract_id)
        done.append(contract_id)

    monkeypatch.setattr(night, "due", lambda *_: [("first", 2025), ("second", 2025)])
    monkeypatch.setattr(night, "cost", cost)
    monkeypatch.setattr(night, "quality", lambda *_: None)
    said: list[str] = []
    run = night.run_night(home, DATE, said.append)
    assert done == ["second"]
    assert [str(error) for error in run.failures] == ["The comparison group is empty in first."]
    assert any(line.startswith("Contract first for 2025 has no figures") for line in said)


def test_what_cannot_be_opened_for_a_fault_of_our_own_keeps_nothing_from_the_summary(
    home: OcmoHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_in(_: OcmoHome, name: str) -> TakeIn:
        if name == "first":
            raise AgreementError("There is no agreement", remedy="Agree first.")
        return TakeIn(name, "linked")

    monkeypatch.setattr(night, "new_arrivals", lambda *_: ["first", "second"])
    monkeypatch.setattr(night, "take_in", take_in)
    run = night.run_night(home, DATE, str)
    assert [one.arrival for one in run.taken] == ["second"]
    assert isinstance(run.failures[0], AgreementError)
    assert run.files.text.is_file()


def test_what_fails_of_the_cost_does_not_keep_the_quality_from_being_computed(
    home: OcmoHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in Airflow, where they are two tasks."""
    done: list[str] = []

    def cost(*_: object) -> None:
        raise FiguresError("The comparison group is empty")

    monkeypatch.setattr(night, "due", lambda *_: [("first", 2025)])
    monkeypatch.setattr(night, "cost", cost)
    monkeypatch.setattr(night, "quality", lambda _, contract_id, *__: done.append(contract_id))
    assert len(night.run_night(home, DATE, str).failures) == 1
    assert done == ["first"]


def invoke(*arguments: str) -> Any:
    from pipeline.cli.app import app

    return CliRunner().invoke(app, arguments)


@pytest.fixture
def written_home(home: OcmoHome) -> Callable[..., Any]:
    """Run a command in a home that has settings."""
    (home.root / "ocmo.yaml").write_text(f"inbox: {home.inbox}\n")
    return lambda *arguments: invoke(*arguments, "--home", str(home.root))


def test_the_command_prints_the_summary_and_leaves_with_the_fault(written_home: Callable[..., Any]) -> None:
    ended = written_home("night", "run", "--date", "2020-01-01")
    assert isinstance(ended.exception, NoDataError)
    assert "NIGHT OF 1 JANUARY 2020" in ended.output
    assert "summary.html" in ended.output
    assert "NIGHT OF 1 JANUARY 2020" in written_home("summary", "--date", "2020-01-01").output


def test_checks_docs_says_where_the_pages_lie(written_home: Callable[..., Any], home: OcmoHome) -> None:
    assert isinstance(written_home("checks", "docs").exception, NoDataError)
    night.run_night(home, DATE, str)
    assert written_home("checks", "docs").output == f"{home.reports / 'checks' / 'index.html'}\n"
