"""`ocmo ttp`: the trusted third party's work, in its own home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import AsJson, Home, example

if TYPE_CHECKING:
    from pseudonymisation.ttp_inbox import TtpOutcome

app = typer.Typer(help="The trusted third party: from identifiers to pseudonyms.", no_args_is_help=True)

Today = Annotated[
    str,
    typer.Option(
        "--date",
        help="Day of the round: what is dated later is refused until its day has come. Default: this machine's date.",
        metavar="YYYY-MM-DD",
    ),
]


@app.command(epilog=example("ocmo ttp run --home var/ttp", "ocmo ttp run --home var/ttp --date 2026-07-15"))
def run(date: Today = "", home: Home = None, as_json: AsJson = False) -> None:
    """Give pseudonyms for every delivery in the inbox that has none yet; refuse what does not fit.

    What the OCMO says that it has opened is removed. When deliveries were refused, the others are finished, and the
    exit code is that of the first refusal.
    """
    import json

    from pipeline.cli.failures import refused
    from pipeline.cli.keys.options import today
    from pipeline.home import state_folder
    from pseudonymisation.ttp_home import TtpHome
    from pseudonymisation.ttp_inbox import REFUSED, process_inbox

    outcomes = process_inbox(TtpHome.open(home or state_folder() / "ttp"), today(date))
    if as_json:
        typer.echo(json.dumps([vars(outcome) for outcome in outcomes], indent=1))
    else:
        _print(outcomes)
    failed = [outcome for outcome in outcomes if outcome.outcome == REFUSED]
    if failed:
        first = failed[0]
        why = f"the first is {first.delivery}: {first.reason.rstrip('.')}"
        raise refused(len(failed), len(outcomes), first.kind, why)


def _print(outcomes: list[TtpOutcome]) -> None:
    for outcome in outcomes:
        persons = f"{outcome.persons:,} persons" if outcome.persons else outcome.reason
        typer.echo(f"{outcome.delivery}: {outcome.outcome}, {persons}")
    new = sum(one.outcome == "mapped" for one in outcomes)
    forgotten = [one.reason for one in outcomes if one.outcome == "forgotten"]
    for gone, what in (
        (forgotten.count(""), "has opened"),
        (len(forgotten) - forgotten.count(""), "could not use"),
    ):
        if gone:
            typer.echo(f"{gone} deliveries that the OCMO {what} were removed.")
    typer.echo(f"{new} new maps." if outcomes else "Nothing new in the inbox.")
