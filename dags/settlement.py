"""A draft settlement, on request: the operator gives contract, year and business date in a form.

The statement is made of what the night of that date published, and written beside earlier drafts. Issuing it
is a decision of people: `ocmo settlement issue`.
"""

from __future__ import annotations

import datetime as dt

from airflow.sdk import Param, dag, get_current_context, task


@dag(
    schedule=None,
    start_date=dt.datetime(2025, 1, 1, tzinfo=dt.UTC),
    params={
        "contract": Param(type="string", pattern="^[a-z0-9][a-z0-9_-]*$", title="Contract"),
        "year": Param(type="integer", minimum=2000, maximum=2100, title="Contract year"),
        "business_date": Param(
            type="string",
            format="date",
            title="Business date",
            description="A day whose night has run; its figures are settled.",
        ),
    },
    default_args={"owner": "ocmo"},
    doc_md=__doc__,
    tags=["ocmo"],
)
def settlement() -> None:
    """One statement."""

    @task
    def draft() -> list[str]:
        from pipeline import airflow_task, home
        from pipeline.reporting.drafting import draft_statement

        params = get_current_context()["params"]
        date = dt.date.fromisoformat(params["business_date"])
        with airflow_task.for_people():
            paths = draft_statement(home.OcmoHome.open(), params["contract"], params["year"], date).paths
            return [str(paths.html), str(paths.json)]

    draft()


settlement()
