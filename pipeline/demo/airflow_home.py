"""An Airflow of one role: its own home, its own database, and only that role's DAG files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from pipeline.demo.roles import KEPT_VARIABLES, RoleFailedError, State
from pipeline.home import CHECKOUT, STATE_VARIABLE

DAG_FILES = {"ocmo": ("nightly.py", "settlement.py"), "ttp": ("ttp.py",)}


def airflow_environment(state: State, role: str) -> dict[str, str]:
    """The environment in which `role` runs Airflow; its DAG folder holds links to that role's files only."""
    home = state.home(role, role) / "airflow"
    dags = home / "dags"
    dags.mkdir(parents=True, exist_ok=True)
    for name in DAG_FILES[role]:
        link = dags / name
        if not link.exists():
            link.unlink(missing_ok=True)
            link.symlink_to(CHECKOUT / "dags" / name)
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return {
        **kept,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}",
        STATE_VARIABLE: str(state.root),
        "OCMO_TTP_HOME": str(state.ttp) if role == "ttp" else "",
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "2",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "PYTHONWARNINGS": "ignore",
    }


def migrate(state: State, role: str) -> None:
    """Make the role's Airflow database, when it is not there yet."""
    if not (state.home(role, role) / "airflow" / "airflow.db").exists():
        run_airflow(state, role, "db", "migrate")


def run_airflow(state: State, role: str, *arguments: str) -> None:
    """Run `airflow ARGUMENTS` for a role; its output goes to the home's `airflow/commands.log`.

    Raises:
        RoleFailedError: when Airflow or a task failed.
    """
    environment = airflow_environment(state, role)
    log = Path(environment["AIRFLOW_HOME"]) / "commands.log"
    with log.open("ab") as output:
        ended = subprocess.run(  # noqa: S603 - our own command line, no shell
            [str(Path(sys.executable).with_name("airflow")), *arguments],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            check=False,
        )
    if ended.returncode:
        raise RoleFailedError(
            f"`airflow {' '.join(arguments[:3])}` ended with exit code {ended.returncode}",
            where=str(log),
            remedy="The log's last lines say which task failed and why.",
        )
