"""The night: take deliveries in, check them, bring every contract's figures up to date, and sum it all up.

Runs at two in the night, Amsterdam time. The business date is the day that has just ended, or the one
that the operator gives; nothing looks at the clock. Every task is one step of `pipeline/night.py`, which
`ocmo night run` walks without Airflow. What a person must do stands in the home's `reports/nights/<date>/`.
"""

from __future__ import annotations

import datetime as dt

from airflow.sdk import CronDataIntervalTimetable, Param, dag, get_current_context, task


@dag(
    schedule=CronDataIntervalTimetable("0 2 * * *", timezone="Europe/Amsterdam"),
    start_date=dt.datetime(2006, 1, 1, tzinfo=dt.UTC),  # a run for an earlier day would do nothing, silently
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
    """Deliveries mapped one by one, then the figures of each contract year, then the summary."""

    @task
    def business_date() -> str:
        context = get_current_context()
        given, run = context["params"]["business_date"], context["dag_run"]
        # A backfill may run again what was made by hand: such a run's interval is that of the day before.
        by_hand = run.run_type != "backfill"
        interval_start = context.get("data_interval_start") if by_hand else run.logical_date
        if not given and interval_start is None:
            raise ValueError("This run has no interval: trigger it again with a business date in its form.")
        return given or interval_start.date().isoformat()

    @task
    def new_arrivals(day: str) -> list[str]:
        from pipeline import airflow_task, home, night
        from pipeline.linkage import OWN_FAULTS

        with airflow_task.for_people(*OWN_FAULTS):
            return night.new_arrivals(home.OcmoHome.open(), dt.date.fromisoformat(day))

    @task(map_index_template="{{ task.op_kwargs['name'] }}")
    def take_in(name: str) -> dict[str, str]:
        from pipeline import airflow_task, home, night
        from pipeline.linkage.take_in import OWN_FAULTS

        with airflow_task.for_people(*OWN_FAULTS):
            return vars(night.take_in(home.OcmoHome.open(), name))

    @task(trigger_rule="all_done")
    def check(day: str) -> list[dict[str, str]]:
        from pipeline import airflow_task, home, night
        from pipeline.linkage import OWN_FAULTS

        with airflow_task.for_people(*OWN_FAULTS):
            return [vars(one) for one in night.check(home.OcmoHome.open(), dt.date.fromisoformat(day))]

    @task
    def settlements_due(day: str) -> list[dict[str, str | int]]:
        from pipeline import airflow_task, home, night

        with airflow_task.for_people(skips_without_data=True):
            due = night.due(home.OcmoHome.open(), dt.date.fromisoformat(day))
            return [{"contract_id": contract_id, "year": year} for contract_id, year in due]

    @task(map_index_template="{{ task.op_kwargs['contract_id'] }} {{ task.op_kwargs['year'] }}")
    def cost(day: str, contract_id: str, year: int) -> None:
        from pipeline import airflow_task, home, night

        with airflow_task.for_people():
            night.cost(home.OcmoHome.open(), contract_id, year, dt.date.fromisoformat(day))

    @task(map_index_template="{{ task.op_kwargs['contract_id'] }} {{ task.op_kwargs['year'] }}")
    def quality(day: str, contract_id: str, year: int) -> None:
        from pipeline import airflow_task, home, night

        with airflow_task.for_people():
            night.quality(home.OcmoHome.open(), contract_id, year, dt.date.fromisoformat(day))

    @task(trigger_rule="all_done")
    def summarise(day: str) -> list[str]:
        from pipeline import airflow_task, home, night

        with airflow_task.for_people():
            print(night.summarise(home.OcmoHome.open(), dt.date.fromisoformat(day)).text.read_text())
        return airflow_task.failures_of_this_run()

    @task
    def fail_when_anything_failed(failure: str) -> None:
        """Runs once for each failure, and not at all without one."""
        from pipeline import airflow_task

        airflow_task.fail(f"{failure} The others went on; mend this, then run the night again.")

    day = business_date()
    taken, checked, due = take_in.expand(name=new_arrivals(day)), check(day), settlements_due(day)
    figures = [cost.partial(day=day).expand_kwargs(due), quality.partial(day=day).expand_kwargs(due)]
    summed_up = summarise(day)
    taken >> checked >> due
    [taken, checked, due, *figures] >> summed_up
    fail_when_anything_failed.expand(failure=summed_up)


nightly()
