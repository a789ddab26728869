"""`ocmo contract`: check a contract and look at its terms."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import AsJson, example

app = typer.Typer(help="Contracts: check one, show its terms for a year.", no_args_is_help=True)

ContractFile = Annotated[Path, typer.Argument(help="The contract's YAML file.", metavar="FILE")]


@app.command(epilog=example("ocmo contract check contracts/maasoever.yaml"))
def check(file: ContractFile) -> None:
    """Say whether a contract can be used; if not, what to mend and where."""
    from pipeline.contract import load

    contract = load(file)
    typer.echo(
        f"{file}: contract {contract.id} is complete and consistent, for"
        f" {contract.years[0]} to {contract.years[-1]}. Digest {contract.digest[:12]}."
    )


@app.command(epilog=example("ocmo contract show contracts/maasoever.yaml --year 2025"))
def show(
    file: ContractFile,
    year: Annotated[int | None, typer.Option(help="Contract year. Default: the first.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the terms in force on 1 January of a year, each with its clause."""
    import json

    from rich.console import Console
    from rich.table import Table

    from pipeline.contract import load

    contract = load(file)
    terms = contract.for_year(contract.years[0] if year is None else year)
    rows = [(name, term) for name, term in vars(terms).items() if hasattr(term, "clause")]
    if as_json:
        shown = {name: {"clause": t.clause, "unit": t.unit, "value": t.value} for name, t in rows}
        typer.echo(json.dumps(shown, indent=1, default=str))
        return
    table = Table(title=f"{contract.contract.name}: terms on {terms.day}", title_justify="left")
    for heading in ("term", "clause", "value", "unit"):
        table.add_column(heading)
    for name, term in rows:
        table.add_row(name, term.clause, str(term.value), term.unit)
    Console().print(table)
