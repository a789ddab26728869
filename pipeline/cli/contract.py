"""`ocmo contract`: check contracts, look at their terms, hold two against one another, explain or simulate one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from pipeline.cli.options import AsJson, Home, day, example
from pipeline.cli.simulate import simulate

app = typer.Typer(
    help="Contracts: check them, show terms, tell two apart, explain one, simulate one before it is signed.",
    no_args_is_help=True,
)

Files = Annotated[
    list[Path], typer.Argument(help="YAML files of contracts, or folders with some.", metavar="FILE")
]
Chosen = Annotated[
    str,
    typer.Argument(
        help="A contract's YAML file; or the id of one that the OCMO serves, with @ and a version if need be.",
        metavar="CONTRACT",
    ),
]
OnDay = Annotated[
    str | None, typer.Option("--date", help="The terms in force on this day.", metavar="YYYY-MM-DD")
]
OfYear = Annotated[
    int | None,
    typer.Option("--year", help="The terms on which this contract year is settled.", metavar="YYYY"),
]


@app.command(
    epilog=example(
        "ocmo contract check contracts/maasoever.yaml",
        "ocmo contract check contracts contracts/examples --json",
    )
)
def check(files: Files, home: Home = None, as_json: AsJson = False) -> None:
    """Say whether contracts can be used; if not, all that is to mend and where.

    Versions of one contract are held against one another. With --home also against what statements were issued on.
    """
    import json

    from pipeline.cli.contract_check import check as look
    from pipeline.cli.contract_check import check_together
    from pipeline.cli.contract_choice import contract_files

    checked = [look(path) for path in contract_files(files)]
    check_together(checked, home)
    if as_json:
        typer.echo(json.dumps([one.as_json() for one in checked], indent=1, ensure_ascii=False))
    else:
        for one in checked:
            typer.echo(one.in_words(), err=bool(one.faults))
    faults = [fault for one in checked for fault in one.faults]
    if faults:
        raise typer.Exit(faults[0].exit_code)


@app.command(
    epilog=example(
        "ocmo contract show contracts/maasoever.yaml --year 2026",
        "ocmo contract show contracts/maasoever.yaml --date 2027-01-01 --json",
    )
)
def show(
    contract: Chosen,
    date: OnDay = None,
    year: OfYear = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show the terms in force on a day, each with its clause; without one, on the contract's first."""
    import json

    from rich.console import Console

    from pipeline.cli.contract_choice import chosen
    from pipeline.cli.contract_words import terms_data, terms_table
    from pipeline.periods import first_day

    on = day(date) if date else None
    agreed = chosen(contract, home, day=on, year=year)
    about = on.year if on else agreed.years[0] if year is None else year
    agreed.for_year(about)  # a day outside the term is told
    on = on or first_day(about)
    if as_json:
        typer.echo(json.dumps(terms_data(agreed, on), indent=1, ensure_ascii=False))
    else:
        Console().print(terms_table(agreed, on))


@app.command(
    epilog=example(
        "ocmo contract diff contracts/maasoever.yaml amended.yaml",
        "ocmo contract diff maasoever@1 maasoever@2 --json",
    )
)
def diff(before: Chosen, after: Chosen, home: Home = None, as_json: AsJson = False) -> None:
    """Tell two contracts, or two versions of one, apart: by parameter, and from which day."""
    import json

    from pipeline.cli.contract_check import amended_later
    from pipeline.cli.contract_choice import chosen
    from pipeline.cli.contract_words import difference_data, difference_words
    from pipeline.contract.diff import differences

    one, other = chosen(before, home), chosen(after, home)
    found = differences(one, other)
    if as_json:
        typer.echo(json.dumps([difference_data(item) for item in found], indent=1, ensure_ascii=False))
        return
    said = [*(difference_words(item) for item in found), *amended_later(one, other)]
    typer.echo("\n".join(said) or "The two contracts say the same.")


@app.command(
    epilog=example(
        "ocmo contract explain contracts/maasoever.yaml",
        "ocmo contract explain contracts/maasoever.yaml --language en --year 2027",
    )
)
def explain(
    contract: Chosen,
    language: Annotated[
        Literal["nl", "en"] | None, typer.Option(help="Default: the contract's own.", metavar="nl|en")
    ] = None,
    year: OfYear = None,
    home: Home = None,
) -> None:
    """Explain a contract in plain sentences, with an example that is computed as a real settlement is."""
    from pipeline.cli.contract_choice import chosen
    from pipeline.reporting.explanation import explanation

    agreed = chosen(contract, home, year=year)
    typer.echo(explanation(agreed, agreed.years[0] if year is None else year, language))


app.command(
    epilog=example(
        "ocmo contract simulate maasoever --date 2026-07-15 --page simulation.html",
        "ocmo contract simulate draft.yaml --persons person_years.csv --quality 0.75 --json",
    )
)(simulate)
