"""How one night of a backfill ended, in the operator's words."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from pipeline.deliveries.due import require_data
from pipeline.errors import NoDataError, SchedulingError
from pipeline.home import OcmoHome
from pipeline.scheduling.rest import AirflowApi

DAG = "nightly"
DONE, NO_DATA, FAILED, LEFT_OUT = "done", "no data", "failed", "left out"


@dataclass(frozen=True)
class NightRun:
    """How one night of a backfill ended: `done`, `no data`, `failed` or `left out`; and what to do about it."""

    business_date: dt.date
    outcome: str
    seconds: float = 0.0
    remedy: str = ""


def is_ours(run: Any) -> bool:
    """Whether Airflow's run belongs to a backfill, and not to the schedule or a person."""
    return bool(run["run_type"] == "backfill")


def has_ended(run: Any) -> bool:
    """Whether Airflow's run is over, well or not."""
    return run["state"] in ("success", "failed")


def outcome_of(api: AirflowApi, home: OcmoHome, night: dt.date, run: Any) -> NightRun:
    """What became of a night, from Airflow's run of it (None: it made none) and the register."""
    if run is None:
        return NightRun(night, LEFT_OUT, remedy="By Airflow's clock this night is not over: run it later.")
    if not has_ended(run):
        return NightRun(
            night, LEFT_OUT, remedy="Another run of this night is under way: wait, and run again."
        )
    seconds = float(run["duration"] or 0)
    if run["state"] == "failed":  # also when nothing was accepted: that may be what failed
        return NightRun(night, FAILED, seconds, _what_failed(api, run["dag_run_id"]))
    return NightRun(night, DONE if _has_data(home, night) else NO_DATA, seconds)


def _has_data(home: OcmoHome, night: dt.date) -> bool:
    try:
        require_data(home, night)
    except NoDataError:
        return False
    return True


def _what_failed(api: AirflowApi, run: str) -> str:
    """What the night's last task says of those that failed; else which did, and where to look."""
    tasks = f"dags/{DAG}/dagRuns/{run}/taskInstances"
    with contextlib.suppress(SchedulingError):
        summed_up = api.get(f"{tasks}/summarise/xcomEntries/return_value")["value"]
        if said := json.loads(summed_up) if isinstance(summed_up, str) else summed_up:
            return " ".join(said)
    found = api.rows(tasks, "task_instances", state="failed")
    names = sorted({task["task_id"] for task in found})
    said = f"Failed: {', '.join(names)}." if names else "Broken off."
    return f"{said} Why is in airflow/logs/dag_id={DAG}/run_id={run}."
