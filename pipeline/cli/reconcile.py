"""`ocmo reconcile`: every row and cent from delivered file to statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from pipeline.cli.options import AsJson, BusinessDate, Home, day

if TYPE_CHECKING:
    from pipeline.reporting.reconciliation import Reconciliation


def reconcile(date: BusinessDate, home: Home = None, as_json: AsJson = False) -> None:
    """Hold each table against its neighbours, from delivered file to statement; fail unless all closes."""
    import json

    from pipeline.deliveries.due import require_data, settlements_due
    from pipeline.errors import ReconciliationError
    from pipeline.home import OcmoHome
    from pipeline.reporting.drafting import settle_on

    ocmo, business_date = OcmoHome.open(home), day(date)
    require_data(ocmo, business_date)
    results = [
        settle_on(ocmo, contract, year, business_date).reconciliation
        for contract, year in settlements_due(ocmo, business_date)
    ]
    if as_json:
        closes = all(result.closes for result in results)
        typer.echo(json.dumps({"closes": closes, "settlements": [r.as_json() for r in results]}, indent=1))
    else:
        for result in results:
            _print(result)
    failing = [step for result in results for step in result.steps if not step.closes]
    if failing:
        raise ReconciliationError(
            f"{len(failing)} step{'s do' if len(failing) > 1 else ' does'} not close",
            where=f"{failing[0].step}, {failing[0].scope}",
            remedy="Look at the first step that fails: what is before it is sound.",
        )


def _print(result: Reconciliation) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(
        title=f"{result.contract} {result.year}, business date {result.business_date}",
        title_justify="left",
        box=None,
    )
    for heading in ("step", "quantity", "scopes", "before", "after", ""):
        table.add_column(heading, justify="right" if heading in ("scopes", "before", "after") else "left")
    for name, quantity in dict.fromkeys((step.step, step.quantity) for step in result.steps):
        steps = [step for step in result.steps if (step.step, step.quantity) == (name, quantity)]
        before, after = sum(s.before for s in steps), sum(s.after for s in steps)
        verdict = "closes" if all(s.closes for s in steps) else "[red]does not close[/red]"
        table.add_row(name, quantity, str(len(steps)), f"{before:,.0f}", f"{after:,.0f}", verdict)
    Console(soft_wrap=True).print(table)
