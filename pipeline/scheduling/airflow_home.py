"""An Airflow of one role: its own home, its own database, and only that role's DAG files.

The home is `<role's home>/airflow`. Its tasks get nothing of our environment but what is named here.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import SchedulingError, SettingsError
from pipeline.home import CHECKOUT, STATE_VARIABLE

DAG_FILES = {
    "ocmo": ("interim_report.py", "nightly.py", "recompute.py", "settlement.py"),
    "ttp": ("ttp.py",),
}
"""Whose DAG files are whose. The TTP's Airflow never runs the OCMO's."""

KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "COLUMNS", "TERM")
"""What a role's process gets of the environment it is started from."""


@dataclass(frozen=True)
class AirflowHome:
    """Where one Airflow lies, which DAG files it sees, and what its tasks find in their environment."""

    folder: Path
    dag_files: tuple[str, ...]
    variables: Mapping[str, str]

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which every command of this Airflow runs."""
        kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        return {
            **kept,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}",
            "AIRFLOW_HOME": str(self.folder),
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.folder / "dags"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": "2",
            "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "180",  # a busy machine is no reason to fail a night
            "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",  # also how late the end of a task may be seen
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
            "PYTHONWARNINGS": "ignore",
            **self.variables,
        }

    def migrate(self) -> None:
        """Link the DAG files, and make the database when it is not there yet."""
        self._link_dag_files()
        if not (self.folder / "airflow.db").exists():
            self.run("db", "migrate")

    def run(self, *arguments: str) -> None:
        """Run `airflow ARGUMENTS` here; its output goes to `commands.log`.

        Raises:
            SchedulingError: when Airflow or a task failed.
        """
        self._link_dag_files()
        log = self.folder / "commands.log"
        with log.open("ab") as output:
            ended = subprocess.run(  # noqa: S603 - our own command line, no shell
                [airflow_command(), *arguments],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self.environment,
                check=False,
            )
        if ended.returncode:
            raise SchedulingError(
                f"`airflow {' '.join(arguments[:3])}` ended with exit code {ended.returncode}",
                where=str(log),
                remedy="The log's last lines say which task failed and why.",
            )

    def _link_dag_files(self) -> None:
        """The DAG folder holds links to this role's files, and none that are not there any more."""
        dags = self.folder / "dags"
        dags.mkdir(parents=True, exist_ok=True)
        for name in self.dag_files:
            link = dags / name
            if not link.exists():
                link.unlink(missing_ok=True)
                link.symlink_to(CHECKOUT / "dags" / name)
        for left in dags.glob("*.py"):
            if left.name not in self.dag_files:
                left.unlink()


def airflow_command() -> str:
    """Airflow's own command, from the environment that we run in."""
    return str(Path(sys.executable).with_name("airflow"))


def airflow_of(role: str, home: Path) -> AirflowHome:
    """The Airflow of a role (`ocmo` or `ttp`) whose home is `home`.

    Raises:
        SettingsError: when the role has no DAGs, or tasks would not find this home.
    """
    if role not in DAG_FILES:
        raise SettingsError(
            f"Role '{role}' has no Airflow", remedy=f"Roles with one: {', '.join(sorted(DAG_FILES))}."
        )
    if role == "ttp":
        return AirflowHome(home / "airflow", DAG_FILES["ttp"], {"OCMO_TTP_HOME": str(home)})
    if home.name != "ocmo":
        raise SettingsError(
            "In Airflow the OCMO's home must be called 'ocmo'",
            where=str(home),
            remedy=f"Tasks find it as `ocmo/` under {STATE_VARIABLE}: rename the folder.",
        )
    return AirflowHome(home / "airflow", DAG_FILES["ocmo"], {STATE_VARIABLE: str(home.parent)})
