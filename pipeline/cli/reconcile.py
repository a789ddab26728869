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
    from dataclasses import replace

    from pipeline.deliveries.due import require_data, settlements_due
    from pipeline.errors import ReconciliationError
    from pipeline.home import OcmoHome
    from pipeline.reporting.drafting import reconcile_on
    from pipeline.reporting.reconciliation import written

    ocmo, business_date = OcmoHome.open(home), day(date)
    require_data(ocmo, business_date)
    results = []
    for contract, year in settlements_due(ocmo, business_date):
        closing, statement = reconcile_on(ocmo, contract, year, business_date)
        on_paper = tuple(written(ocmo, business_date, statement)) if statement else ()
        results.append(replace(closing, steps=closing.steps + on_paper))
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
    for heading in ("step", "quantity", "total", ""):
        table.add_column(heading, justify="right" if heading == "total" else "left")
    for name, quantity in dict.fromkeys((step.step, step.quantity) for step in result.steps):
        steps = [step for step in result.steps if (step.step, step.quantity) == (name, quantity)]
        before, after = sum(s.before for s in steps), sum(s.after for s in steps)
        failing = [step for step in steps if not step.closes]
        verdict = f"[red]after: {after:,.0f}[/red]" if failing else "closes"
        table.add_row(name, quantity, f"{before:,.0f}", verdict)
        for step in failing:
            table.add_row(
                f"  [red]{step.scope}[/red]", "", f"{step.before:,.2f}", f"[red]{step.after:,.2f}[/red]"
            )
    Console().print(table)
