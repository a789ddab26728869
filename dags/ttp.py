"""The TTP's round, in the TTP's own Airflow: pseudonyms for every delivery that has none yet.

This file is all of the project that the TTP's Airflow runs; it never runs in the OCMO's. The home is
`OCMO_TTP_HOME`. A refused delivery is told in the task's result, with its reason; the others go on.
"""

from __future__ import annotations

import datetime as dt

from airflow.sdk import CronDataIntervalTimetable, dag, task


@dag(
    schedule=CronDataIntervalTimetable("30 0 * * *", timezone="Europe/Amsterdam"),
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
        from pseudonymisation.ttp_inbox import TtpHome, process_inbox

        return [vars(outcome) for outcome in process_inbox(TtpHome.open())]

    process_inbox()


ttp()
