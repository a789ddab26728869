"""`ocmo checks`: what the gate found, without a value of any row."""

from __future__ import annotations

import typer

from pipeline.cli.options import Home, example

app = typer.Typer(help="The gate's checks on deliveries.", no_args_is_help=True)


@app.command(epilog=example("ocmo checks docs"))
def docs(home: Home = None) -> None:
    """Say where the pages of the gate's checks lie: one for each delivery it has judged, and an index."""
    from pipeline.errors import NoDataError
    from pipeline.home import OcmoHome
    from pipeline.reporting.night.store import checks_folder

    folder = checks_folder(OcmoHome.open(home))
    pages = sorted(folder.glob("*/index.html"))
    if not (folder / "index.html").is_file():
        raise NoDataError(
            "No night has judged a delivery yet",
            remedy="Run one: `ocmo night run --date YYYY-MM-DD`, or the DAG `nightly`.",
        )
    typer.echo(folder / "index.html")
    for page in pages:
        typer.echo(f"  {page.parent.name}: {page}")
