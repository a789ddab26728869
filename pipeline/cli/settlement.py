"""`ocmo settlement`: settle a contract year."""

from __future__ import annotations

import typer

from pipeline.cli.options import BusinessDate, ContractId, Home, Year, day, example

app = typer.Typer(help="Settlements: draft a statement.", no_args_is_help=True)


@app.command(epilog=example("ocmo settlement run --contract maasoever --year 2025 --date 2026-07-15"))
def run(contract: ContractId, year: Year, date: BusinessDate, home: Home = None) -> None:
    """Draft the statement of a contract year on the figures of a night; see that every cent closes first."""
    from pipeline.home import OcmoHome
    from pipeline.reporting.drafting import draft_statement
    from pipeline.reporting.statement import plain_words

    drafted = draft_statement(OcmoHome.open(home), contract, year, day(date))
    typer.echo(plain_words(drafted.statement, language="en"))
    typer.echo(f"Statement: {drafted.paths.html}\n           {drafted.paths.json}")
