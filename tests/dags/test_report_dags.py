"""The DAGs of reports as Airflow reads them: when they run, and what their forms refuse."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from pipeline.reporting.interim import Quarter
from tests.dags.test_dag_files import airflow_home, dag_of

__all__ = ["airflow_home"]

FILLED = {"contract": "maasoever", "years": [2025], "business_date": "2026-07-15", "reason": "Objection"}


def test_the_interim_report_is_made_on_the_fifteenth_after_each_quarter() -> None:
    dag = dag_of("interim_report")
    assert (dag.timetable.expression, dag.timetable.timezone) == ("0 6 15 1,4,7,10 *", "Europe/Amsterdam")
    assert (dag.catchup, dag.max_active_runs) == (False, 1)
    assert dag.params.validate() == {"quarter": None, "business_date": None, "contract": None}
    for month in (1, 4, 7, 10):  # the day on which it runs is the day that its quarter is reported on
        day = dt.date(2026, month, 15)
        assert Quarter.ended_before(day).reported_on == day


@pytest.mark.parametrize(
    ("dag", "param", "value"),
    [
        ("interim_report", "quarter", "2025-Q3"),
        ("interim_report", "business_date", "yesterday"),
        ("interim_report", "contract", "../etc"),
        ("recompute", "contract", "../etc"),
        ("recompute", "years", []),
        ("recompute", "years", ["2025"]),
        ("recompute", "years", [2025, 2025]),
        ("recompute", "business_date", "yesterday"),
        ("recompute", "reason", ""),
    ],
)
def test_a_form_refuses_what_cannot_be(dag: str, param: str, value: object) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    params = dag_of(dag).params
    with pytest.raises(ParamValidationError):
        params[param] = value


@pytest.mark.parametrize("left_out", sorted(FILLED))
def test_a_recomputation_must_be_asked_for_in_full(left_out: str) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    params: Any = dag_of("recompute").params
    for name, value in FILLED.items():
        if name != left_out:
            params[name] = value
    with pytest.raises(ParamValidationError):
        params.validate()
    params[left_out] = FILLED[left_out]
    assert params.validate() == FILLED


def test_contracts_and_years_are_mapped_so_that_one_does_not_stop_the_others() -> None:
    mapped = {
        name: {task for task, item in dag_of(name).task_dict.items() if item.is_mapped}
        for name in ("interim_report", "recompute")
    }
    assert mapped == {"interim_report": {"report"}, "recompute": {"compute"}}
