"""`ocmo deliveries`: what came, and what became of it."""

from __future__ import annotations

import typer

from pipeline.cli.options import AsJson, Home, example

app = typer.Typer(help="The register of deliveries.", no_args_is_help=True)


@app.command("list", epilog=example("ocmo deliveries list", "ocmo deliveries list --json"))
def list_deliveries(home: Home = None, as_json: AsJson = False) -> None:
    """List every arrival that was tried, with its outcome and, when refused or stopped, the reason."""
    import json

    from rich.console import Console
    from rich.table import Table

    from pipeline.deliveries import Register
    from pipeline.home import OcmoHome
    from pipeline.lake import open_lake

    rows = Register(open_lake(OcmoHome.open(home)).catalogue.engine).all()
    if as_json:
        typer.echo(json.dumps([vars(row) for row in rows], indent=1, default=str))
        return
    table = Table(box=None)
    for heading in ("arrival", "outcome", "supplier", "period", "delivered on", "persons"):
        table.add_column(heading, justify="right" if heading == "persons" else "left")
    for row in rows:
        table.add_row(
            row.arrival,
            row.status,
            row.supplier or "",
            row.period or "",
            str(row.delivered_on or ""),
            f"{row.persons:,}" if row.persons else "",
        )
    console = Console(highlight=False)
    console.print(table if rows else "Nothing has come yet.")
    for row in rows:
        if row.reason:
            console.print(f"\n[bold]{row.arrival}[/bold] {row.status}: {row.reason}")
