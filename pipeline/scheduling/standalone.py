"""A role's Airflow, started and stopped: with everything for people to look at, or only what runs DAGs.

While it runs, `running.json` in its home says where its API is and which process it is, so that another
command finds it instead of starting a second scheduler on the same database.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pipeline.errors import SchedulingError
from pipeline.scheduling.airflow_home import AirflowHome, airflow_command

STARTS_WITHIN_SECONDS, STOPS_WITHIN_SECONDS = 300, 20
EVERYTHING = ("standalone",)
WHAT_RUNS_DAGS = ("scheduler", "api-server", "dag-processor")
ONLY_WHAT_IS_ASKED = {
    "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "False",  # no run of last night because a clock says so
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.1",  # tasks follow each other: look again at once
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",  # of a run whose scheduler was killed
    "AIRFLOW__SCHEDULER__MP_START_METHOD": "forkserver",  # tasks find the imports done
    "AIRFLOW__CORE__MP_FORKSERVER_PRELOAD": ",".join(
        (
            "airflow.executors.local_executor",
            "pipeline.linkage",
            "pipeline.checks.deliveries",
            "pipeline.casemix",
            "pipeline.indicators",
        )
    ),
}
"""Its code is read once, at its start: not for an Airflow that outlives a release."""

Process = subprocess.Popen[bytes]


def standalone(home: AirflowHome, port: int) -> contextlib.AbstractContextManager[str]:
    """Run `airflow standalone` in a home while the block runs; gives the address of its web page.

    Its output goes to the home's `standalone.log`.

    Raises:
        SchedulingError: when it does not come up, or an Airflow runs in this home already.
    """
    return _running(home, port, EVERYTHING, {})


def scheduler(home: AirflowHome) -> contextlib.AbstractContextManager[str]:
    """Run only what runs DAGs while the block runs, on free ports; gives the address of its API.

    It runs what it is asked to run and nothing by the clock. Output goes to `scheduler.log` and its like.

    Raises:
        SchedulingError: as `standalone`.
    """
    return _running(home, free_port(), WHAT_RUNS_DAGS, ONLY_WHAT_IS_ASKED)


@contextlib.contextmanager
def _running(
    home: AirflowHome, port: int, commands: Sequence[str], settings: Mapping[str, str]
) -> Iterator[str]:
    if address := running_at(home):
        raise SchedulingError(
            f"Airflow runs already at {address}", where=str(home.folder), remedy="Use that one, or stop it."
        )
    with _alone_in(home):
        yield from _started(home, port, commands, settings)


@contextlib.contextmanager
def _alone_in(home: AirflowHome) -> Iterator[None]:
    """Hold the home while an Airflow of ours starts and runs: one that starts does not answer yet."""
    home.folder.mkdir(parents=True, exist_ok=True)
    with (home.folder / "running.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SchedulingError(
                "Another command starts or runs Airflow in this home",
                where=str(home.folder),
                remedy="Wait until it is done, then try again.",
            ) from None
        yield


def _started(
    home: AirflowHome, port: int, commands: Sequence[str], settings: Mapping[str, str]
) -> Iterator[str]:
    home.migrate()
    address, environment = f"http://localhost:{port}", {**home.environment, **_addresses(port), **settings}
    started: list[Process] = []
    try:
        for command in commands:
            started.append(_start(command, environment, home.folder / f"{command}.log"))
        _note(home).write_text(json.dumps({"address": address, "process": started[0].pid}) + "\n")
        _wait_until_up(started, address, home.folder)
        yield address
    finally:
        for process in started:
            _ask_to_stop(process)
        for process in started:
            _see_it_stop(process)
        _note(home).unlink(missing_ok=True)


def _start(command: str, environment: Mapping[str, str], log: Path) -> Process:
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - our own command line, no shell
            [airflow_command(), command],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )


def running_at(home: AirflowHome) -> str | None:
    """The address of the Airflow that runs in this home, started by us; None when none does."""
    try:
        noted = json.loads(_note(home).read_text())
        os.kill(noted["process"], 0)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return str(noted["address"]) if _answers(str(noted["address"])) else None


def free_port() -> int:
    """A port of this machine with the two above it (Airflow's log servers) free too.

    Raises:
        SchedulingError: when there is none.
    """
    for _ in range(50):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if port < 65_000 and all(_is_free(above) for above in (port + 1, port + 2)):
            return port
    raise SchedulingError("No three free ports in a row were found", remedy="Stop what is using them.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe, contextlib.suppress(OSError):
        probe.bind(("127.0.0.1", port))
        return True
    return False


def _note(home: AirflowHome) -> Path:
    return home.folder / "running.json"


def _addresses(port: int) -> dict[str, str]:
    return {
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://localhost:{port}",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://localhost:{port}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(port + 1),
        "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(port + 2),
    }


def _answers(address: str, path: str = "api/v2/monitor/health", within_seconds: float = 5) -> bool:
    with contextlib.suppress(urllib.error.URLError, OSError):
        urllib.request.urlopen(f"{address}/{path}", timeout=within_seconds).close()  # noqa: S310 - our own
        return True
    return False


def _wait_until_up(started: Sequence[Process], address: str, folder: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline and all(process.poll() is None for process in started):
        # The API that tasks call is built at its first call, for longer than a task would wait.
        if _answers(address) and _answers(address, "execution/health", STARTS_WITHIN_SECONDS):
            return
        time.sleep(0.5)
    raise SchedulingError(
        "Airflow did not come up", where=str(folder), remedy="The last lines of the logs there say why."
    )


def _ask_to_stop(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)


def _see_it_stop(process: Process) -> None:
    """Give it and its children time to stop, then make them."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=STOPS_WITHIN_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
