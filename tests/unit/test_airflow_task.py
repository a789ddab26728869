"""How a task of Airflow ends: on an error for people with its text and no traceback; a defect keeps its own."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.airflow_task import SAID, fail, failures_of_this_run, for_people
from pipeline.errors import ContractError, FiguresError, NoDataError

pytestmark = pytest.mark.airflow


class Run:
    """One run's task instance, as far as a task sees it: states of all tasks, and what they left behind."""

    dag_id, run_id = "nightly", "a run"
    task = SimpleNamespace(dag=SimpleNamespace(task_ids=["check", "take_in"]))

    def __init__(self, states: dict[str, str], left: dict[tuple[str, int | None], str]) -> None:
        self.states, self.left = states, left
        self.pushed: dict[str, str] = {}

    def xcom_push(self, key: str, value: str) -> None:
        self.pushed[key] = value

    def xcom_pull(self, *, task_ids: str, key: str, map_indexes: int | None = None) -> str | None:
        assert key == SAID
        return self.left.get((task_ids, map_indexes))

    def get_task_states(self, **_: Any) -> dict[str, dict[str, str]]:
        return {self.run_id: self.states}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    made = Run({}, {})
    monkeypatch.setattr("airflow.sdk.get_current_context", lambda: {"ti": made})
    return made


def test_an_error_for_people_ends_the_task_with_its_text_and_exit_code(
    run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    error = ContractError("The contract has no name", where="maasoever.yaml", remedy="Give it one.")
    with caplog.at_level(logging.ERROR), pytest.raises(SystemExit) as ended, for_people():
        raise error
    assert ended.value.code == 20
    assert ended.value.__suppress_context__
    assert caplog.messages == ["The contract has no name in maasoever.yaml. Give it one."]
    assert run.pushed == {SAID: caplog.messages[0]}


def test_a_defect_of_ours_keeps_its_traceback(run: Run) -> None:
    with pytest.raises(ZeroDivisionError), for_people():
        raise ZeroDivisionError
    assert run.pushed == {}


def test_other_errors_for_people_can_be_named(run: Run) -> None:
    with pytest.raises(SystemExit), for_people(LookupError):
        raise KeyError("no key ring")
    assert "no key ring" in run.pushed[SAID]


def test_having_nothing_to_work_on_skips_the_task_where_that_is_no_failure(run: Run) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    with pytest.raises(AirflowSkipException, match="no delivery"), for_people(skips_without_data=True):
        raise NoDataError("There is no delivery")
    with pytest.raises(SystemExit), for_people(skips_without_data=True):
        raise FiguresError("The comparison group is empty")
    with pytest.raises(SystemExit), for_people():
        raise NoDataError("There is no delivery")


def test_failures_are_named_with_what_their_task_said(run: Run) -> None:
    run.states = {"check": "success", "take_in_0": "failed", "take_in_1": "success", "take_in_12": "failed"}
    run.left = {("take_in", 0): "There is no key ring. Make it first."}
    assert failures_of_this_run() == [
        "take_in_0: There is no key ring. Make it first.",
        "take_in_12: a defect; its log has the traceback.",
    ]
    run.states, run.left = {"check": "failed"}, {("check", None): "The lake is gone."}
    assert failures_of_this_run() == ["check: The lake is gone."]


def test_fail_says_what_and_no_more(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(SystemExit, match="1"):
        fail("check: The lake is gone.")
    assert caplog.messages == ["check: The lake is gone."]
