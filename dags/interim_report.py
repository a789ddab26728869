"""The interim report of every contract, on the 15th of January, April, July and October at six.

It is about the quarter that has ended, on the latest night up to that day; the operator may give another
quarter, day or contract in a form. A report is issued once; what differs later is a correction beside it.
"""

from __future__ import annotations

import datetime as dt

from airflow.sdk import CronDataIntervalTimetable, Param, dag, get_current_context, task


@dag(
    schedule=CronDataIntervalTimetable("0 6 15 1,4,7,10 *", timezone="Europe/Amsterdam"),
    start_date=dt.datetime(2025, 1, 1, tzinfo=dt.UTC),
    catchup=False,
    max_active_runs=1,
    params={
        "quarter": Param(
            None,
            type=["null", "string"],
            pattern="^20[0-9]{2}Q[1-4]$",
            title="Quarter",
            description="Such as 2025Q3. Empty: the quarter that ended before this run.",
        ),
        "business_date": Param(
            None,
            type=["null", "string"],
            format="date",
            title="Business date",
            description="The latest night up to this day is reported on. Empty: the 15th after the quarter.",
        ),
        "contract": Param(
            None,
            type=["null", "string"],
            pattern="^[a-z0-9][a-z0-9_-]*$",
            title="Contract",
            description="Empty: every contract.",
        ),
    },
    default_args={"owner": "ocmo"},
    doc_md=__doc__,
    tags=["ocmo"],
)
def interim_report() -> None:
    """One report per contract; the others go on when one fails."""

    @task
    def quarter() -> str:
        from pipeline.reporting.interim import Quarter

        context = get_current_context()
        given, interval_end = context["params"]["quarter"], context.get("data_interval_end")
        if not given and interval_end is None:
            raise ValueError("This run has no interval: trigger it again with a quarter in its form.")
        return given or str(Quarter.ended_before(interval_end.date()))

    @task
    def contracts() -> list[str]:
        from pipeline import airflow_task, home
        from pipeline.contract.shelf import contract_of, served

        given = get_current_context()["params"]["contract"]
        with airflow_task.for_people():
            folder = home.OcmoHome.open().contracts
            return [contract_of(folder, given).id] if given else list(served(folder))

    @task(map_index_template="{{ task.op_kwargs['contract'] }}")
    def report(about: str, contract: str) -> list[str]:
        from pipeline import airflow_task, home
        from pipeline.reporting.interim import Quarter
        from pipeline.reporting.interim.report import interim_report

        given = get_current_context()["params"]["business_date"]
        with airflow_task.for_people():
            up_to = dt.date.fromisoformat(given) if given else None
            issued = interim_report(home.OcmoHome.open(), contract, Quarter.of(about), up_to)
            return [str(issued.html), str(issued.json)]

    report.partial(about=quarter()).expand(contract=contracts())


interim_report()
