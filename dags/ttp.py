"""The TTP's round, in the TTP's own Airflow: pseudonyms for every delivery that has none yet.

This file is all of the project that the TTP's Airflow runs; it never runs in the OCMO's. The home is
`OCMO_TTP_HOME`. A refused delivery is told in the task's result, with its reason; the others go on. The day of the
round is the end of the run's interval; a run without one takes deliveries of any date.
"""

from __future__ import annotations

import datetime as dt

import pendulum
from airflow.sdk import CronDataIntervalTimetable, dag, get_current_context, task

AMSTERDAM = "Europe/Amsterdam"


@dag(
    schedule=CronDataIntervalTimetable("30 0 * * *", timezone=AMSTERDAM),
    start_date=dt.datetime(2025, 1, 1, tzinfo=dt.UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "ttp"},
    doc_md=__doc__,
    tags=["ttp"],
)
def ttp() -> None:
    """One round over the inbox."""

    @task
    def process_inbox() -> list[dict[str, str | int]]:
        from pseudonymisation.ttp_home import TtpHome
        from pseudonymisation.ttp_inbox import process_inbox

        ends = get_current_context().get("data_interval_end")
        today = ends.astimezone(pendulum.timezone(AMSTERDAM)).date() if ends else None
        return [vars(outcome) for outcome in process_inbox(TtpHome.open(), today)]

    process_inbox()


ttp()
