"""`ocmo summary`: the state of affairs on a business date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from pipeline.cli.options import AsJson, BusinessDate, Home, day

if TYPE_CHECKING:
    from rich.table import Table

    from pipeline.reporting.summary import Summary


def summary(date: BusinessDate, home: Home = None, as_json: AsJson = False) -> None:
    """Show what came, how much of it counts, and where each contract stands."""
    import json

    from rich.console import Console

    from pipeline.home import OcmoHome
    from pipeline.reporting.summary import summarise

    found = summarise(OcmoHome.open(home), day(date))
    if as_json:
        typer.echo(json.dumps(found.as_json(), indent=1))
    else:
        Console().print(summary_table(found))


def summary_table(found: Summary) -> Table:
    """The summary as a table of two columns."""
    from rich.table import Table

    from pipeline.money import euros, round_cents

    table = Table(title=f"Business date {found.business_date}", title_justify="left", show_header=False)
    table.add_row(
        "Deliveries", ", ".join(f"{n} {status}" for status, n in found.deliveries.items()) or "none"
    )
    table.add_row("Rows", ", ".join(f"{n:,} {what}" for what, n in found.rows.items()))
    table.add_row("Euros", ", ".join(f"{euros(n)} {what}" for what, n in found.cents.items()))
    for state in found.contracts:
        table.add_section()
        table.add_row("Contract", f"[bold]{state.contract} {state.year}[/bold]")
        if state.linked_share is not None:
            table.add_row(
                "Link rate", f"{state.linked_share:.1%} of operated patients are in the insurer's register"
            )
        table.add_row("Insured years", f"{state.insured_years:,.1f}")
        actual, target = state.actual_cents_per_insured_year, state.target_cents_per_insured_year
        table.add_row("Actual", f"{euros(round_cents(actual))} per insured year")
        table.add_row("Target", f"{euros(round_cents(target))} per insured year")
        table.add_row("Quality", f"{state.quality_score:.1%} of full marks")
        table.add_row("Payable", euros(state.payable_cents))
        table.add_row("", state.in_words)
        table.add_row(
            "Reconciliation", "every row and cent closes" if state.closes else "[red]does not close[/red]"
        )
    return table
