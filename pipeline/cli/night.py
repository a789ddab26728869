"""`ocmo night`: a night without Airflow, in the order of `dags/nightly.py`."""

from __future__ import annotations

import typer

from pipeline.cli.options import BusinessDate, Home, day, example

app = typer.Typer(
    help="The night: take deliveries in, check them, bring the figures up to date.", no_args_is_help=True
)


@app.command(epilog=example("ocmo night run --date 2026-07-15"))
def run(date: BusinessDate, home: Home = None) -> None:
    """Run the night of one business date here and now; what is already done is not done again.

    It ends with the night's summary. When deliveries are refused or a contract has no figures, the others go
    on, and the exit code is that of the first fault.
    """
    from pipeline.cli.failures import refused
    from pipeline.home import OcmoHome
    from pipeline.night import run_night

    done = run_night(OcmoHome.open(home), day(date), typer.echo)
    typer.echo(f"\n{done.files.text.read_text(encoding='utf-8')}")
    typer.echo(f"As a page: {done.files.html}")
    if done.failures:
        raise done.failures[0]
    if done.refused:
        raise refused(
            len(done.refused), len(done.taken), done.refused[0].kind, "`ocmo deliveries list` says why"
        )
