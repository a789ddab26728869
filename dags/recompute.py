"""Contract years computed anew, on request: beside what was issued, never over it.

The operator gives contract, years, business date and the reason in a form. Each year gets new figures, a
statement of them and the difference from the issued one, in a folder of its own.
"""

from __future__ import annotations

import datetime as dt

from airflow.sdk import Param, dag, get_current_context, task


@dag(
    schedule=None,
    start_date=dt.datetime(2025, 1, 1, tzinfo=dt.UTC),
    params={
        "contract": Param(type="string", pattern="^[a-z0-9][a-z0-9_-]*$", title="Contract"),
        "years": Param(
            type="array",
            items={"type": "integer", "minimum": 2000, "maximum": 2100},
            minItems=1,
            uniqueItems=True,
            title="Contract years",
        ),
        "business_date": Param(
            type="string",
            format="date",
            title="Business date",
            description="What was delivered up to this day is seen.",
        ),
        "reason": Param(
            type="string",
            minLength=1,
            title="Reason",
            description="Why, in a sentence that lasts; it stands in the report.",
        ),
    },
    default_args={"owner": "ocmo"},
    doc_md=__doc__,
    tags=["ocmo"],
)
def recompute() -> None:
    """One recomputation per contract year; the others go on when one fails."""

    @task
    def years() -> list[int]:
        return sorted(get_current_context()["params"]["years"])

    @task(map_index_template="{{ task.op_kwargs['year'] }}")
    def compute(year: int) -> str:
        from pipeline import airflow_task, home
        from pipeline.reporting.recomputing import recompute

        params = get_current_context()["params"]
        date = dt.date.fromisoformat(params["business_date"])
        with airflow_task.for_people():
            made = recompute(home.OcmoHome.open(), params["contract"], year, date, params["reason"])
            return str(made.folder)

    compute.expand(year=years())


recompute()
