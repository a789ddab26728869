"""The night: take deliveries in, check them, and bring every contract's figures up to date.

Runs at two in the night, Amsterdam time. The business date is the day that has just ended, or the one
that the operator gives; nothing looks at the clock. Every task calls one function that also works
without Airflow (`ocmo night run`).
"""

from __future__ import annotations

import datetime as dt

from airflow.sdk import CronDataIntervalTimetable, Param, dag, get_current_context, task


@dag(
    schedule=CronDataIntervalTimetable("0 2 * * *", timezone="Europe/Amsterdam"),
    start_date=dt.datetime(2025, 1, 1, tzinfo=dt.UTC),
    catchup=False,
    max_active_runs=1,
    params={
        "business_date": Param(
            None,
            type=["null", "string"],
            format="date",
            title="Business date",
            description="Deliveries up to this day are seen. Empty: the day before the run.",
        )
    },
    default_args={"owner": "ocmo"},
    doc_md=__doc__,
    tags=["ocmo"],
)
def nightly() -> None:
    """Deliveries mapped one by one, then the figures of each contract year."""

    @task
    def business_date() -> str:
        context = get_current_context()
        given, interval_start = context["params"]["business_date"], context.get("data_interval_start")
        if not given and interval_start is None:
            raise ValueError("This run has no interval: trigger it again with a business date in its form.")
        return given or interval_start.date().isoformat()

    @task
    def new_arrivals(day: str) -> list[str]:
        from pipeline.deliveries.due import new_arrivals
        from pipeline.home import OcmoHome

        return new_arrivals(OcmoHome.open(), dt.date.fromisoformat(day))

    @task(map_index_template="{{ task.op_kwargs['name'] }}")
    def take_in(name: str) -> dict[str, str]:
        from pipeline.home import OcmoHome
        from pipeline.linkage import take_in

        return vars(take_in(OcmoHome.open(), name))

    @task(trigger_rule="all_done")
    def check(day: str) -> list[dict[str, str]]:
        from pipeline.checks.deliveries import gate_deliveries
        from pipeline.home import OcmoHome

        return [vars(verdict) for verdict in gate_deliveries(OcmoHome.open(), dt.date.fromisoformat(day))]

    @task
    def settlements_due(day: str) -> list[dict[str, str | int]]:
        from pipeline.deliveries.due import require_data, settlements_due
        from pipeline.home import OcmoHome

        home, date = OcmoHome.open(), dt.date.fromisoformat(day)
        require_data(home, date)
        return [{"contract": contract, "year": year} for contract, year in settlements_due(home, date)]

    @task
    def cost(day: str, contract: str, year: int) -> None:
        from pipeline.casemix import build_casemix
        from pipeline.home import OcmoHome

        build_casemix(OcmoHome.open(), contract, year, dt.date.fromisoformat(day))

    @task
    def quality(day: str, contract: str, year: int) -> None:
        from pipeline.home import OcmoHome
        from pipeline.indicators import build_indicators

        build_indicators(OcmoHome.open(), contract, year, dt.date.fromisoformat(day))

    @task(trigger_rule="one_failed")
    def fail_when_anything_failed() -> None:
        raise RuntimeError("A task of this night failed; its log says why. The other deliveries went on.")

    day = business_date()
    taken, checked, due = take_in.expand(name=new_arrivals(day)), check(day), settlements_due(day)
    figures = [cost.partial(day=day).expand_kwargs(due), quality.partial(day=day).expand_kwargs(due)]
    taken >> checked >> due
    [taken, checked, due, *figures] >> fail_when_anything_failed()


nightly()
