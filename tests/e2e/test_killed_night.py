"""SIGKILL to the night's process group, at every publish and at random times: running again mends it all."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.demo.airflow_home import airflow_environment, migrate
from pipeline.demo.roles import State
from pipeline.home import CHECKOUT, STATE_VARIABLE
from tests.e2e.state import DATE, Results, results, run_night, settle

PUBLISHES = 9 + 3
"""Nine deliveries, then claims, case mix and indicators."""


def killed_night(state: State, moment: str, number: int) -> bool:
    """Run a night that dies at a publish; whether it died, rather than found nothing left to publish."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.e2e.kill_at_publish", moment, str(number)],
        cwd=CHECKOUT,
        env={**os.environ, STATE_VARIABLE: str(state.root)},
        start_new_session=True,
        capture_output=True,
        check=False,
    )
    assert ended.returncode in (0, -signal.SIGKILL), ended.stderr.decode()
    return ended.returncode == -signal.SIGKILL


@pytest.mark.slow
def test_killed_before_and_after_every_publish(copied: State, undisturbed: Results) -> None:
    """Each round dies before its first publish, then after it: one step forward a round, twelve rounds."""
    for _ in range(PUBLISHES):
        assert killed_night(copied, "before", 1)
        assert killed_night(copied, "after", 1)
    assert not killed_night(copied, "before", 1), "nothing is left to publish"
    settle(copied)
    assert results(copied) == undisturbed


@pytest.mark.airflow
@pytest.mark.slow
def test_killed_in_airflow_at_random_times(copied: State, undisturbed: Results) -> None:
    """The real thing: the process group of the nightly DAG's run, killed three times, then left to finish."""
    migrate(copied, "ocmo")
    moments = random.Random(2026)
    for _ in range(3):
        airflow_killed_after(copied, moments.uniform(6, 25))
    run_night(copied)
    settle(copied)
    assert results(copied) == undisturbed


def airflow_killed_after(state: State, seconds: float) -> None:
    night = subprocess.Popen(
        [str(Path(sys.executable).with_name("airflow")), "dags", "test", "nightly", DATE,
         "--conf", f'{{"business_date": "{DATE}"}}'],
        env=airflow_environment(state, "ocmo"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + seconds
    while night.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    if night.poll() is None:
        os.killpg(night.pid, signal.SIGKILL)
    night.wait()
