"""`ocmo settlement`: settle a contract year, issue the statement, correct and explain it; replay published ones."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipeline.cli.correction import correct, explain
from pipeline.cli.options import BusinessDate, ContractId, Home, Year, day, example, named_by_user
from pipeline.cli.replay import replay

if TYPE_CHECKING:
    from pipeline.reporting.correction.correct import Written

app = typer.Typer(
    help="Settlements: draft a statement, issue it, correct it, explain it; replay published ones.",
    no_args_is_help=True,
)
app.command(
    epilog=example(
        "ocmo settlement replay --terms contracts/reference/mssp --facts settlements.csv --out replayed.csv"
    )
)(replay)

Years = Annotated[
    list[int], typer.Option("--year", help="Contract year; may be given more than once.", metavar="YYYY")
]
Told = Annotated[
    Path | None,
    typer.Option(
        "--figures",
        help="Figures that nobody delivers, as YAML or CSV: name, year, subject, value, source. Kept with the draft.",
        metavar="FILE",
    ),
]
Final = Annotated[
    bool,
    typer.Option("--final", help="Refuse when something is not known yet, so that it would be provisional."),
]
Tranche = Annotated[
    bool,
    typer.Option(
        "--tranche",
        help="What indicators that were late by plan add to what was issued; nothing else is taken anew.",
    ),
]
Reason = Annotated[
    str,
    typer.Option("--reason", help="Why, in a sentence that lasts; it stands in the report.", metavar="TEXT"),
]


@app.command(
    epilog=example(
        "ocmo settlement run --contract maasoever --year 2025 --date 2026-07-15",
        "ocmo settlement run --contract geboortezorg --year 2025 --date 2026-07-15 --figures told-2025.yaml --final",
    )
)
def run(
    contract: ContractId,
    year: Year,
    date: BusinessDate,
    figures: Told = None,
    final: Final = False,
    tranche: Tranche = False,
    home: Home = None,
) -> None:
    """Draft the statement of a contract year on the figures of a night; see that every cent closes first.

    What was paid provisionally, and what the year before left to carry over, are read from what was issued.
    """
    from pipeline.home import OcmoHome
    from pipeline.reporting.correction.correct import draft_tranche
    from pipeline.reporting.drafting import draft_statement
    from pipeline.reporting.statement import plain_words
    from pipeline.reporting.told_files import read_told

    with contextlib.nullcontext() if figures is None else named_by_user(figures):
        told = read_told(figures) if figures else ()
    if tranche:
        _say_tranche(draft_tranche(OcmoHome.open(home), contract, year, day(date), told), "Draft")
        return
    drafted = draft_statement(OcmoHome.open(home), contract, year, day(date), told, final=final)
    typer.echo(plain_words(drafted.statement, language="en"))
    typer.echo(f"Statement: {drafted.paths.html}\n           {drafted.paths.json}")


@app.command(epilog=example("ocmo settlement issue --contract maasoever --year 2025 --date 2026-07-15"))
def issue(
    contract: ContractId, year: Year, date: BusinessDate, tranche: Tranche = False, home: Home = None
) -> None:
    """Issue the statement that was drafted on the figures of a night. It never changes again.

    While something is not known yet it is issued provisionally, and the final one sets off what was paid on it.
    """
    from pipeline.home import OcmoHome
    from pipeline.reporting.correction.correct import issue_tranche
    from pipeline.reporting.issuing import issue_statement
    from pipeline.reporting.statement import plain_words

    if tranche:
        _say_tranche(issue_tranche(OcmoHome.open(home), contract, year, day(date)), "Issued")
        return
    issued = issue_statement(OcmoHome.open(home), contract, year, day(date))
    typer.echo(plain_words(issued.statement, language="en"))
    typer.echo(f"Issued: {issued.folder}")


def _say_tranche(made: Written, state: Literal["Draft", "Issued"]) -> None:
    from pipeline.reporting.correction.document import correction_document
    from pipeline.reporting.correction.page import told

    for line in told(correction_document(made.correction, "draft" if state == "Draft" else "final")):
        typer.echo(line)
    typer.echo(f"{state}: {made.folder}")


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


app.command(
    epilog=example(
        "ocmo settlement correct --contract maasoever --year 2025 --date 2026-10-15 --reason 'Late claims'",
        "ocmo settlement correct --contract maasoever --year 2025 --date 2026-10-15 --reason Left "
        "--figure left_within_year=1",
    )
)(correct)
app.command(
    epilog=example(
        "ocmo settlement explain --contract maasoever --year 2025",
        "ocmo settlement explain --contract maasoever --year 2025 --line target --json",
    )
)(explain)
