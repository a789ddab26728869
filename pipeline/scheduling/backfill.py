"""A backfill: the nights of a period, one after the other, through Airflow's own backfill.

Airflow only queues the runs; somebody must run them. Where no Airflow runs in the home, one is started for
the time it takes. A night that was run before is run again: what it published stays, and nothing that is
done is done twice.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pipeline.errors import SchedulingError
from pipeline.home import OcmoHome
from pipeline.scheduling.airflow_home import airflow_of
from pipeline.scheduling.night_run import DAG, NightRun, has_ended, is_ours, outcome_of
from pipeline.scheduling.nights import business_date_of, window
from pipeline.scheduling.pulse import Pulse
from pipeline.scheduling.rest import AirflowApi
from pipeline.scheduling.standalone import running_at, scheduler

PARSED_WITHIN_SECONDS = 120
ASK_EVERY_SECONDS = 1.0
CREATE_ATTEMPTS = 5


Hear = Callable[[NightRun], None]
"""Called once for each night, as soon as it has ended."""


def run_backfill(
    home: OcmoHome, nights: Sequence[dt.date], *, only_failed: bool, hear: Hear
) -> list[NightRun]:
    """Run the nights, oldest first, and wait for them; what became of each.

    `only_failed` runs those that failed, were broken off or never ran; otherwise all run. Broken off (Ctrl-C),
    the night that is running is stopped, the others are taken back, and so is the Airflow that was started.

    Raises:
        SchedulingError: when Airflow does not come up or refuses, its scheduler stops meanwhile, or another
            backfill is running in it.
    """
    with _airflow(home) as (api, is_ours), _left_as_it_was(api):
        backfill = _create_alone(api, nights, only_failed) if is_ours else _create(api, nights, only_failed)
        _pause(api, False)
        try:
            return list(_follow(api, home, nights, hear))
        finally:
            _close(api, backfill, nights)


@contextlib.contextmanager
def _airflow(home: OcmoHome) -> Iterator[tuple[AirflowApi, bool]]:
    """The Airflow of this home, and whether it was started for us; it knows the DAG as its file now reads."""
    airflow, started = airflow_of("ocmo", home.root), time.time()
    if address := running_at(airflow):
        yield AirflowApi(address), False
        return
    with scheduler(airflow) as address:
        api = AirflowApi(address)
        _wait_until_parsed(api, started)
        yield api, True


def _wait_until_parsed(api: AirflowApi, since: float) -> None:
    deadline = time.monotonic() + PARSED_WITHIN_SECONDS
    while time.monotonic() < deadline:
        for dag in api.get("dags")["dags"]:
            parsed = dag["dag_id"] == DAG and dag["last_parsed_time"]
            if parsed and dt.datetime.fromisoformat(parsed).timestamp() >= since:
                return
        time.sleep(ASK_EVERY_SECONDS)
    raise SchedulingError(
        f"Airflow does not know the DAG '{DAG}'",
        where=api.address,
        remedy="Its dag-processor.log says what is wrong with the file.",
    )


@contextlib.contextmanager
def _left_as_it_was(api: AirflowApi) -> Iterator[None]:
    """After the block the DAG is paused if it was before: a paused DAG runs nothing, a backfill neither."""
    was_paused = api.get(f"dags/{DAG}")["is_paused"]
    try:
        yield
    finally:
        _pause(api, was_paused)


def _pause(api: AirflowApi, is_paused: bool) -> None:
    api.patch(f"dags/{DAG}", {"is_paused": is_paused})


def _create_alone(api: AirflowApi, nights: Sequence[dt.date], only_failed: bool) -> int:
    """As `_create`, where nobody else runs this Airflow: whatever stands in the way is left over, and goes.

    It may be our own: Airflow makes a backfill first and its runs after it, and a database that is locked in
    between leaves the one without the others. A scheduler that sees such runs takes them for done, and dies when
    they are gone again: so the DAG is paused meanwhile. In an Airflow that others use it is not, for to be killed
    here would end their nights in silence.
    """
    _pause(api, True)
    for attempt in range(1, CREATE_ATTEMPTS + 1):
        _clear_away(api)
        try:
            return _create(api, nights, only_failed)
        except SchedulingError:
            if attempt == CREATE_ATTEMPTS:
                raise
            time.sleep(ASK_EVERY_SECONDS)
    raise AssertionError("every attempt returns or raises")


def _create(api: AirflowApi, nights: Sequence[dt.date], only_failed: bool) -> int:
    first, last = window(nights[0], nights[-1])
    created = api.post(
        "backfills",
        {
            "dag_id": DAG,
            "from_date": first.isoformat(),
            "to_date": last.isoformat(),
            "max_active_runs": 1,
            "reprocess_behavior": "failed" if only_failed else "completed",
            "dag_run_conf": {},  # the date of a form filled in earlier must not come back
        },
    )
    return int(created["id"])


def _runs(api: AirflowApi, nights: Sequence[dt.date]) -> dict[dt.date, Any]:
    """Airflow's runs of these nights, by business date."""
    first, last = window(nights[0], nights[-1])
    rows = api.rows(
        f"dags/{DAG}/dagRuns",
        "dag_runs",
        logical_date_gte=first.isoformat(),
        logical_date_lte=last.isoformat(),
    )
    return {business_date_of(row["logical_date"]): row for row in rows}


def _follow(api: AirflowApi, home: OcmoHome, nights: Sequence[dt.date], hear: Hear) -> Iterator[NightRun]:
    """Each night as it ends, in the order of the dates."""
    runs, pulse = _runs(api, nights), Pulse(api)
    for night in nights:
        while (run := runs.get(night)) and is_ours(run) and not has_ended(run):
            time.sleep(ASK_EVERY_SECONDS)
            pulse.require()
            runs = _runs(api, nights)
        ended = outcome_of(api, home, night, run)
        hear(ended)
        yield ended


def _clear_away(api: AirflowApi) -> None:
    """What a killed backfill left: nobody else runs this Airflow, so nothing of it is still alive."""
    for left in api.rows("backfills", "backfills", dag_id=DAG):
        if left["completed_at"] is None:
            _end(api, left["id"])
    for run in api.rows(f"dags/{DAG}/dagRuns", "dag_runs", state="running"):
        _fail(api, run["dag_run_id"])


def _close(api: AirflowApi, backfill: int, nights: Sequence[dt.date]) -> None:
    """End the backfill: Airflow looks only every half minute whether it is over. Broken off, stop its runs."""
    _end(api, backfill)
    for run in _runs(api, nights).values():
        if is_ours(run) and run["state"] == "running":
            _fail(api, run["dag_run_id"])


def _end(api: AirflowApi, backfill: int) -> None:
    """Take back what is still queued; a backfill that Airflow has meanwhile ended is left as it is."""
    with contextlib.suppress(SchedulingError):
        api.put(f"backfills/{backfill}/cancel")


def _fail(api: AirflowApi, run: str) -> None:
    api.patch(f"dags/{DAG}/dagRuns/{run}", {"state": "failed"})
