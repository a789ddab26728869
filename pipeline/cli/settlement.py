"""`ocmo settlement`: settle a contract year, issue the statement, compute it anew."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli.options import BusinessDate, ContractId, Home, Year, day, example

app = typer.Typer(help="Settlements: draft a statement, issue it, compute it anew.", no_args_is_help=True)

Years = Annotated[
    list[int], typer.Option("--year", help="Contract year; may be given more than once.", metavar="YYYY")
]
Reason = Annotated[
    str,
    typer.Option("--reason", help="Why, in a sentence that lasts; it stands in the report.", metavar="TEXT"),
]


@app.command(epilog=example("ocmo settlement run --contract maasoever --year 2025 --date 2026-07-15"))
def run(contract: ContractId, year: Year, date: BusinessDate, home: Home = None) -> None:
    """Draft the statement of a contract year on the figures of a night; see that every cent closes first."""
    from pipeline.home import OcmoHome
    from pipeline.reporting.drafting import draft_statement
    from pipeline.reporting.statement import plain_words

    drafted = draft_statement(OcmoHome.open(home), contract, year, day(date))
    typer.echo(plain_words(drafted.statement, language="en"))
    typer.echo(f"Statement: {drafted.paths.html}\n           {drafted.paths.json}")


@app.command(epilog=example("ocmo settlement issue --contract maasoever --year 2025 --date 2026-07-15"))
def issue(contract: ContractId, year: Year, date: BusinessDate, home: Home = None) -> None:
    """Issue the statement that was drafted on the figures of a night. It never changes again."""
    from pipeline.home import OcmoHome
    from pipeline.reporting.issuing import issue_statement
    from pipeline.reporting.statement import plain_words

    issued = issue_statement(OcmoHome.open(home), contract, year, day(date))
    typer.echo(plain_words(issued.statement, language="en"))
    typer.echo(f"Issued: {issued.folder}")


@app.command(
    epilog=example(
        "ocmo settlement recompute --contract maasoever --year 2025 --date 2026-09-01 --reason 'Objection of 12 August'"
    )
)
def recompute(
    contract: ContractId, year: Years, date: BusinessDate, reason: Reason, home: Home = None
) -> None:
    """Compute contract years anew, beside what was issued, with the difference line by line.

    A year that fails does not keep the others from theirs; the exit code is the first one's.
    """
    from pipeline.cli.failures import for_each
    from pipeline.home import OcmoHome
    from pipeline.money import euros
    from pipeline.reporting.recomputing import recompute
    from pipeline.reporting.statement import plain_words

    ocmo, business_date = OcmoHome.open(home), day(date)

    def compute(each: int) -> None:
        made = recompute(ocmo, contract, each, business_date, reason)
        typer.echo(f"{contract} {each}: {plain_words(made.statement, language='en')}")
        if made.difference_cents is None:
            typer.echo("Nothing was issued of this year yet.")
        else:
            typer.echo(f"Against what was issued: {euros(made.difference_cents)}.")
        typer.echo(f"{'Recomputed' if made.is_new else 'Recomputed before'}: {made.folder}")

    for_each(sorted(set(year)), compute, lambda each: f"{contract} {each}")
