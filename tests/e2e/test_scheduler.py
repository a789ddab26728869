"""The real thing: Airflow's own scheduler, LocalExecutor and API server run the roles' DAGs."""

from __future__ import annotations

import json
import shutil
import socket
import time
import urllib.request
from typing import Any

import pytest

from pipeline.demo.roles import State, run_role
from pipeline.demo.run import CONTRACT_ID, CONTRACT_YEAR
from pipeline.demo.standalone import standalone
from tests.e2e.state import DATE, Results, results

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

ENDS_WITHIN_SECONDS = 300


def free_port() -> int:
    """A port with the two above it free."""
    for _ in range(20):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port < 65_000:
            return port
    raise AssertionError("no free port")


def ask(address: str, path: str, body: dict[str, Any] | None = None, method: str | None = None) -> Any:
    """A call of Airflow's REST API."""
    request = urllib.request.Request(
        f"{address}/api/v2/{path}",
        data=json.dumps(body).encode() if body is not None else None,
        headers={"Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


def run_dag(address: str, dag: str, conf: dict[str, Any]) -> str:
    """Trigger a DAG as an operator does and wait for its end; the state it ended in."""
    wait_for(lambda: any(d["dag_id"] == dag for d in ask(address, "dags?limit=50")["dags"]))
    ask(address, f"dags/{dag}", {"is_paused": False}, method="PATCH")
    run = ask(address, f"dags/{dag}/dagRuns", {"logical_date": None, "conf": conf})["dag_run_id"]

    def ended() -> str | None:
        state = ask(address, f"dags/{dag}/dagRuns/{run}")["state"]
        return state if state in ("success", "failed") else None

    return wait_for(ended)


def wait_for(condition: Any) -> Any:
    deadline = time.monotonic() + ENDS_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(1)
    raise AssertionError("Airflow did not get there in time")


def test_the_night_and_the_settlement_through_the_scheduler(copied: State, undisturbed: Results) -> None:
    with standalone(copied, "ocmo", free_port()) as address:
        assert {d["dag_id"] for d in wait_for(lambda: ask(address, "dags")["dags"])} <= {
            "nightly",
            "settlement",
        }
        assert run_dag(address, "nightly", {"business_date": DATE}) == "success"
        conf = {"contract": CONTRACT_ID, "year": CONTRACT_YEAR, "business_date": DATE}
        assert run_dag(address, "settlement", conf) == "success"
    assert results(copied) == undisturbed


def test_the_ttps_own_airflow(copied: State) -> None:
    """The TTP's DAG makes the maps again, in an Airflow that knows no other DAG."""
    inbox = copied.drop / "ocmo"
    before = {path.name for path in inbox.glob("*.map")}
    for path in inbox.glob("*.map"):
        shutil.rmtree(path)
    (copied.ttp / "seen.json").unlink()
    with standalone(copied, "ttp", free_port()) as address:
        assert run_dag(address, "ttp", {}) == "success"
        assert [d["dag_id"] for d in ask(address, "dags")["dags"]] == ["ttp"]
    assert {path.name for path in inbox.glob("*.map")} == before
    assert "Nothing new" in run_role(copied, "ttp", "run")
