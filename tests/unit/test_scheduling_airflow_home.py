"""An Airflow of one role: what its tasks get to see of the machine, and which DAG files lie in its folder."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path

import pytest

from pipeline.errors import SchedulingError, SettingsError
from pipeline.home import STATE_VARIABLE
from pipeline.scheduling import DAG_FILES, airflow_of, running_at, scheduler


def test_a_roles_airflow_gets_its_own_home_and_nothing_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OCMO_CUSTODY", "first:second")
    monkeypatch.setenv("AIRFLOW_HOME", "/somebody/elses")
    ocmo, ttp = (airflow_of(role, tmp_path / role).environment for role in ("ocmo", "ttp"))
    assert "OCMO_CUSTODY" not in ocmo
    assert ocmo["AIRFLOW_HOME"] == str(tmp_path / "ocmo" / "airflow")
    assert ocmo[STATE_VARIABLE] == str(tmp_path)
    assert "OCMO_TTP_HOME" not in ocmo
    assert ttp["OCMO_TTP_HOME"] == str(tmp_path / "ttp")
    assert STATE_VARIABLE not in ttp


def test_the_dag_folder_holds_this_roles_files_and_no_longer_those_of_an_earlier_release(
    tmp_path: Path,
) -> None:
    home = airflow_of("ttp", tmp_path)
    (home.folder / "dags").mkdir(parents=True)
    (home.folder / "dags" / "of_an_earlier_release.py").write_text("")
    (home.folder / "airflow.db").write_text("")
    home.migrate()
    assert {path.name for path in (home.folder / "dags").iterdir()} == set(DAG_FILES["ttp"])


def test_a_home_that_tasks_would_not_find(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="must be called 'ocmo'"):
        airflow_of("ocmo", tmp_path / "elsewhere")
    with pytest.raises(SettingsError, match="Role 'supplier' has no Airflow"):
        airflow_of("supplier", tmp_path)


def test_a_command_that_fails_says_where_its_log_is(tmp_path: Path) -> None:
    home = airflow_of("ttp", tmp_path)
    with pytest.raises(SchedulingError, match=r"`airflow no such` ended with exit code 2 in .*commands\.log"):
        home.run("no", "such")


@pytest.mark.parametrize(
    "note",
    [
        None,
        "half a li",
        "{}",
        json.dumps({"address": "http://localhost:1", "process": 2**22 + 1}),
        json.dumps({"address": "http://localhost:1", "process": os.getpid()}),
    ],
    ids=["none", "torn", "empty", "its process is gone", "nobody answers"],
)
def test_a_stale_note_is_no_running_airflow(note: str | None, tmp_path: Path) -> None:
    home = airflow_of("ttp", tmp_path)
    home.folder.mkdir(parents=True)
    if note is not None:
        (home.folder / "running.json").write_text(note)
    assert running_at(home) is None


def test_a_home_in_which_another_command_starts_airflow_is_left_alone(tmp_path: Path) -> None:
    """It does not answer yet, so that only the lock shows it; two Airflows on one database would fight."""
    home = airflow_of("ocmo", tmp_path / "ocmo")
    home.folder.mkdir(parents=True, exist_ok=True)
    with (home.folder / "running.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(SchedulingError, match="Another command starts or runs Airflow"), scheduler(home):
            pass
    assert not (home.folder / "airflow.db").exists()
