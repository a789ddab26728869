"""One stage in a process of its own: how long its work took, and the most memory the process held.

The process imports what the stage needs and only then starts its clock; start-up is counted apart. Peak
memory is the process's high-water mark, interpreter and libraries included. Linux hands a parent's mark
down to its children, so the parent must stay small: it imports neither Polars nor DuckDB.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.stages import FLOOR, SECOND_NIGHT, STAGES, Work
from pipeline.cli.failures import failure
from pipeline.demo.roles import State
from pipeline.errors import OcmoError
from pipeline.home import CHECKOUT, STATE_VARIABLE

MARK_UNIT = 1 if sys.platform == "darwin" else 1024
"""getrusage counts the high-water mark in bytes on macOS, in KiB elsewhere."""


class MeasuringError(OcmoError):
    """A stage did not do its work, so there is nothing to measure."""

    exit_code = 72


@dataclass(frozen=True)
class Measurement:
    """One run of one stage. `start_up_seconds` is the life of its process outside `seconds`."""

    seconds: float
    start_up_seconds: float
    peak_bytes: int


def measure(stage: str, state: State) -> Measurement:
    """Run the stage of this name on `state`, in a process of its own.

    Raises:
        MeasuringError: when the stage fails; the message ends with its own.
    """
    command = [sys.executable, "-m", "bench.measure", stage, str(state.root)]
    return measure_process(stage, command, {STATE_VARIABLE: str(state.root)})


def measure_process(
    stage: str, command: Sequence[str], environment: Mapping[str, str] | None = None
) -> Measurement:
    """Run a process that ends with `report_work`, from the checkout, with `environment` beside our own.

    Raises:
        MeasuringError: when the stage fails; the message ends with its own.
    """
    started = time.perf_counter()
    ended = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
        env={**os.environ, **(environment or {})},
        check=False,
    )
    whole = time.perf_counter() - started
    found = _report(ended)
    if "failed" in found:
        raise MeasuringError(f"Stage '{stage}' failed: {found['failed']}")
    return Measurement(found["seconds"], whole - found["seconds"], found["peak_bytes"])


def _report(ended: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The process's last line. One that was killed, for want of memory perhaps, has none."""
    lines = ended.stdout.splitlines()
    if not lines:
        return {"failed": f"its process ended with exit code {ended.returncode} and said nothing."}
    report: dict[str, Any] = json.loads(lines[-1])
    return report


def main() -> None:
    """Be that process: `python -m bench.measure STAGE STATE` prints its report as one line of JSON."""
    name, root = sys.argv[1:]
    load = {stage.name: stage.load for stage in (*STAGES, FLOOR, SECOND_NIGHT)}[name]
    report_work(lambda: load(State(Path(root))))


def report_work(load: Callable[[], Work]) -> None:
    """Load the work, do it, and print what it took, or why it failed, as one line of JSON."""
    try:
        work = load()
        started = time.perf_counter()
        work()
        seconds = time.perf_counter() - started
    except Exception as error:  # noqa: BLE001 - whatever it is, its text may quote what a field held
        print(json.dumps({"failed": told_of(error)}))
        return
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MARK_UNIT
    print(json.dumps({"seconds": seconds, "peak_bytes": peak}))


def told_of(error: Exception) -> str:
    """What went wrong; of a defect of ours only its kind and place."""
    told = failure(error)
    if told is not None:
        return told.message
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at line {place.lineno} of {Path(place.filename).name}"


if __name__ == "__main__":
    main()
