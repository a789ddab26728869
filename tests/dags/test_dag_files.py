"""The DAG files as Airflow reads them: they load, are thin, and their forms refuse what cannot be."""

from __future__ import annotations

import datetime as dt
import importlib.util
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from pipeline.scheduling import DAG_FILES, airflow_of
from tests.conftest import CHECKOUT

DAGS = sorted((CHECKOUT / "dags").glob("*.py"))


@pytest.fixture(autouse=True)
def airflow_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in airflow_of("ocmo", tmp_path / "ocmo").environment.items():
        monkeypatch.setenv(name, value)


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"dag_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def dag_of(name: str) -> Any:
    from airflow.sdk import DAG

    module = load(CHECKOUT / "dags" / f"{name}.py")
    function = getattr(module, name)
    dag = function()
    assert isinstance(dag, DAG)
    return dag


def test_every_dag_file_belongs_to_one_role() -> None:
    assert sorted(name for names in DAG_FILES.values() for name in names) == [path.name for path in DAGS]


@pytest.mark.parametrize("path", DAGS, ids=lambda path: path.stem)
def test_a_dag_file_loads_and_is_documented(path: Path) -> None:
    dag = dag_of(path.stem)
    assert dag.dag_id == path.stem
    assert dag.doc_md
    assert dag.task_dict


def test_the_night_is_scheduled_once_a_day_and_never_twice_at_once() -> None:
    dag = dag_of("nightly")
    assert dag.max_active_runs == 1
    assert dag.catchup is False
    assert (dag.timetable.expression, dag.timetable.timezone) == ("0 2 * * *", "Europe/Amsterdam")


def test_deliveries_and_contract_years_are_mapped() -> None:
    dag = dag_of("nightly")
    mapped = {task_id for task_id, task in dag.task_dict.items() if task.is_mapped}
    assert mapped == {"take_in", "cost", "quality", "fail_when_anything_failed"}


@pytest.mark.parametrize(
    ("param", "value"), [("contract", "../etc"), ("year", "2025"), ("business_date", "yesterday")]
)
def test_the_settlement_form_refuses_what_cannot_be(param: str, value: object) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    params = dag_of("settlement").params
    with pytest.raises(ParamValidationError):
        params[param] = value


def test_the_settlement_form_must_be_filled_in() -> None:
    """No contract number stands in a DAG: nothing is settled that nobody asked for."""
    from airflow.sdk.exceptions import ParamValidationError

    params = dag_of("settlement").params
    with pytest.raises(ParamValidationError):
        params.validate()
    for name, value in (("contract", "maasoever"), ("year", 2025), ("business_date", "2026-07-15")):
        params[name] = value
    assert params.validate()["year"] == 2025


def test_a_failed_task_makes_the_night_fail_though_the_rest_goes_on() -> None:
    """The summary is written whatever happened; for each failure that it found, one last task fails."""
    dag = dag_of("nightly")
    summary, alarm = dag.task_dict["summarise"], dag.task_dict["fail_when_anything_failed"]
    assert summary.trigger_rule == "all_done"
    assert {"take_in", "check", "settlements_due", "cost", "quality"} <= summary.upstream_task_ids
    assert alarm.upstream_task_ids == {"summarise"}


@pytest.mark.parametrize(
    ("run_type", "given", "night"),
    [
        ("scheduled", None, "2026-07-14"),
        ("manual", None, "2026-07-13"),  # triggered in the course of the 14th: the day before
        ("manual", "2026-03-01", "2026-03-01"),
        ("backfill", None, "2026-07-14"),  # also when it runs again what was triggered by hand
    ],
)
def test_the_business_date_of_a_run(
    run_type: str, given: str | None, night: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = dt.datetime(2026, 7, 14, tzinfo=dt.UTC)
    by_hand = dt.timedelta(days=0 if run_type == "scheduled" else 1)
    context = {
        "params": {"business_date": given},
        "dag_run": SimpleNamespace(run_type=run_type, logical_date=start),
        "data_interval_start": start - by_hand,
    }
    module = load(CHECKOUT / "dags" / "nightly.py")
    monkeypatch.setattr(module, "get_current_context", lambda: context)
    assert module.nightly().task_dict["business_date"].python_callable() == night
