"""SIGKILL to the process group of Airflow's nightly run, at random times: running the night again mends it all.

Every single point at which a command may die is tried in `test_killed_at_every_point.py`; this is the real thing.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from pipeline.demo.roles import State
from pipeline.scheduling import airflow_of
from pipeline.scheduling.airflow_home import airflow_command
from tests import whole_line
from tests.e2e.forked import ocmo
from tests.e2e.small_world import NIGHT, kept


@pytest.mark.airflow
@pytest.mark.slow
def test_killed_in_airflow_at_random_times(sealed_small: State, tmp_path: Path) -> None:
    killed, alone = (whole_line.copied(sealed_small, tmp_path / name) for name in ("killed", "alone"))
    airflow_of("ocmo", killed.ocmo).migrate()
    moments = random.Random(2026)
    for _ in range(2):
        airflow_killed_after(killed, moments.uniform(8, 25))
    for state in (killed, alone):
        ocmo(state, "night", "run", "--date", NIGHT)
    assert kept(killed) == kept(alone)


def airflow_killed_after(state: State, seconds: float) -> None:
    home = airflow_of("ocmo", state.ocmo)
    night = subprocess.Popen(
        [airflow_command(), "dags", "test", "nightly", NIGHT, "--conf", f'{{"business_date": "{NIGHT}"}}'],
        env=home.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + seconds
    while night.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    if night.poll() is None:
        os.killpg(night.pid, signal.SIGKILL)
    night.wait()
