"""`ocmo ttp`: the trusted third party's work, in its own home."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from pipeline.cli.options import AsJson, Home, example

if TYPE_CHECKING:
    from pseudonymisation.ttp_inbox import TtpOutcome

app = typer.Typer(help="The trusted third party: from identifiers to pseudonyms.", no_args_is_help=True)


@app.command(epilog=example("ocmo ttp run --home var/ttp"))
def run(home: Home = None, as_json: AsJson = False) -> None:
    """Give pseudonyms for every delivery in the inbox that has none yet; refuse what does not fit.

    When deliveries were refused, the others are finished, and the exit code is that of the first refusal.
    """
    import json

    from pipeline.cli.failures import refused
    from pipeline.home import state_folder
    from pseudonymisation.ttp_inbox import REFUSED, TtpHome, process_inbox

    outcomes = process_inbox(TtpHome.open(home or state_folder() / "ttp"))
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
    new = sum(outcome.outcome == "mapped" for outcome in outcomes)
    typer.echo(f"{new} new maps." if outcomes else "Nothing new in the inbox.")
