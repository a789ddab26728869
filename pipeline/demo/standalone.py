"""Airflow as its users see it: web page, scheduler and executor together, for one role."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from pipeline.demo.airflow_home import airflow_environment, migrate
from pipeline.demo.roles import RoleFailedError, State

STARTS_WITHIN_SECONDS = 120


@contextlib.contextmanager
def standalone(state: State, role: str, port: int) -> Iterator[str]:
    """Run `airflow standalone` for a role while the block runs; gives the address of its web page.

    Its output goes to the home's `airflow/standalone.log`.

    Raises:
        RoleFailedError: when it does not come up.
    """
    migrate(state, role)
    environment = {**airflow_environment(state, role), **_addresses(port)}
    log = Path(environment["AIRFLOW_HOME"]) / "standalone.log"
    with log.open("ab") as output:
        running = subprocess.Popen(  # noqa: S603 - our own command line, no shell
            [str(Path(sys.executable).with_name("airflow")), "standalone"],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
    address = f"http://localhost:{port}"
    try:
        _wait_until_up(running, address, log)
        yield address
    finally:
        _stop(running)


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


def _wait_until_up(running: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline and running.poll() is None:
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"{address}/api/v2/monitor/health", timeout=5).close()  # noqa: S310 - our own
            return
        time.sleep(0.5)
    raise RoleFailedError(
        "Airflow did not come up", where=str(log), remedy="The log's last lines say why; is the port in use?"
    )


def _stop(running: subprocess.Popen[bytes]) -> None:
    """Ask the whole group to stop, and make it when it does not."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        running.wait(timeout=20)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()
