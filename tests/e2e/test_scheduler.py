"""The real thing: Airflow's own scheduler, LocalExecutor and API server run the roles' DAGs."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from pipeline.demo.roles import State, run_role
from pipeline.demo.run import CONTRACT_ID, CONTRACT_YEAR
from pipeline.scheduling import DAG_FILES, airflow_of, scheduler, standalone
from pipeline.scheduling.rest import AirflowApi
from pipeline.scheduling.standalone import free_port
from tests.e2e.state import DATE, Results, results

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

ENDS_WITHIN_SECONDS = 300


def run_dag(airflow: AirflowApi, dag: str, conf: dict[str, Any]) -> str:
    """Trigger a DAG as an operator does and wait for its end; the state it ended in."""
    wait_for(lambda: dag in dags(airflow))
    airflow.patch(f"dags/{dag}", {"is_paused": False})
    run = airflow.post(f"dags/{dag}/dagRuns", {"logical_date": None, "conf": conf})["dag_run_id"]

    def ended() -> str | None:
        state = airflow.get(f"dags/{dag}/dagRuns/{run}")["state"]
        return state if state in ("success", "failed") else None

    return wait_for(ended)


def dags(airflow: AirflowApi) -> set[str]:
    return {dag["dag_id"] for dag in airflow.get("dags")["dags"]}


def wait_for(condition: Any) -> Any:
    deadline = time.monotonic() + ENDS_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(1)
    raise AssertionError("Airflow did not get there in time")


def test_the_night_and_the_settlement_through_the_scheduler(copied: State, undisturbed: Results) -> None:
    """By the one that runs only what it is asked: another would run last night too, once the DAG is on."""
    with scheduler(airflow_of("ocmo", copied.ocmo)) as address:
        airflow = AirflowApi(address)
        assert run_dag(airflow, "nightly", {"business_date": DATE}) == "success"
        conf = {"contract": CONTRACT_ID, "year": CONTRACT_YEAR, "business_date": DATE}
        assert run_dag(airflow, "settlement", conf) == "success"
        assert dags(airflow) == {Path(name).stem for name in DAG_FILES["ocmo"]}
    assert results(copied) == undisturbed


def test_the_ttps_own_airflow(copied: State) -> None:
    """The TTP's DAG makes the maps again, in an Airflow that knows no other DAG."""
    inbox = copied.drop / "ocmo"
    before = {path.name for path in inbox.glob("*.map")}
    for path in inbox.glob("*.map"):
        shutil.rmtree(path)
    (copied.ttp / "seen.json").unlink()
    with standalone(airflow_of("ttp", copied.ttp), free_port()) as address:
        airflow = AirflowApi(address)
        assert run_dag(airflow, "ttp", {}) == "success"
        assert dags(airflow) == {"ttp"}
    assert {path.name for path in inbox.glob("*.map")} == before
    assert "Nothing new" in run_role(copied, "ttp", "run")
