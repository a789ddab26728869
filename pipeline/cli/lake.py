"""`ocmo lake`: what is published, and cleaning up what is not."""

from __future__ import annotations

import typer

from pipeline.cli.options import Home, example

app = typer.Typer(help="The lake: published tables.", no_args_is_help=True)


@app.command(epilog=example("ocmo lake sweep"))
def sweep(home: Home = None) -> None:
    """Remove table files that no snapshot holds, such as a killed run leaves; every night does so itself."""
    from pipeline.home import OcmoHome
    from pipeline.lake import open_lake

    removed = open_lake(OcmoHome.open(home)).sweep()
    typer.echo(f"Removed {removed} unpublished files.")
