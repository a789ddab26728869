"""`ocmo interim`: the report of a quarter."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli.options import AsJson, Home, day, example

app = typer.Typer(
    help="Interim reports: where a contract stands in the course of a year.", no_args_is_help=True
)

QuarterText = Annotated[
    str, typer.Option("--quarter", help="The quarter that the report is about.", metavar="YYYYQN")
]
UpTo = Annotated[
    str | None,
    typer.Option(
        "--date",
        help="Report on the latest night up to this day. Default: the 15th of the month after the quarter.",
        metavar="YYYY-MM-DD",
    ),
]
OneContract = Annotated[
    str | None, typer.Option("--contract", help="Id of the contract. Default: every contract.", metavar="ID")
]


@app.command(
    epilog=example(
        "ocmo interim run --quarter 2025Q3", "ocmo interim run --quarter 2025Q3 --contract maasoever"
    )
)
def run(
    quarter: QuarterText,
    date: UpTo = None,
    contract: OneContract = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Issue the interim report of a quarter; a later insight is issued as a correction beside it.

    A contract that has none does not keep the others from theirs; the exit code is the first one's.
    """
    import json

    from pipeline.cli.failures import for_each
    from pipeline.contract.shelf import served
    from pipeline.home import OcmoHome
    from pipeline.reporting.interim import Quarter
    from pipeline.reporting.interim.report import interim_report
    from pipeline.reporting.interim.words import in_words

    ocmo, about = OcmoHome.open(home), Quarter.of(quarter)
    up_to = day(date) if date else None

    def report(contract_id: str) -> None:
        issued = interim_report(ocmo, contract_id, about, up_to)
        if as_json:
            typer.echo(json.dumps(issued.document, indent=1, sort_keys=True))
        else:
            typer.echo(in_words(issued))
            typer.echo(f"  {issued.html}\n  {issued.json}")

    for_each([contract] if contract else served(ocmo.contracts), report, str)
