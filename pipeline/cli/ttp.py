"""`ocmo ttp`: the trusted third party's work, in its own home."""

from __future__ import annotations

import typer

from pipeline.cli.options import AsJson, Home, example

app = typer.Typer(help="The trusted third party: from identifiers to pseudonyms.", no_args_is_help=True)


@app.command(epilog=example("ocmo ttp run --home var/ttp"))
def run(home: Home = None, as_json: AsJson = False) -> None:
    """Give pseudonyms for every delivery in the inbox that has none yet; refuse what does not fit."""
    import json

    from pipeline.home import state_folder
    from pseudonymisation.ttp_inbox import TtpHome, process_inbox

    outcomes = process_inbox(TtpHome.open(home or state_folder() / "ttp"))
    if as_json:
        typer.echo(json.dumps([vars(outcome) for outcome in outcomes], indent=1))
        return
    for outcome in outcomes:
        persons = f"{outcome.persons:,} persons" if outcome.persons else outcome.reason
        typer.echo(f"{outcome.delivery}: {outcome.outcome}, {persons}")
    new = sum(outcome.outcome == "mapped" for outcome in outcomes)
    typer.echo(f"{new} new maps." if outcomes else "Nothing new in the inbox.")
