"""`ocmo summary`: what the night of a business date left behind, as it was written then."""

from __future__ import annotations

import typer

from pipeline.cli.options import AsJson, BusinessDate, Home, day


def summary(date: BusinessDate, home: Home = None, as_json: AsJson = False) -> None:
    """Show a night's summary: what came, what to do about it, and where each contract stands."""
    from pipeline.home import OcmoHome
    from pipeline.reporting.night.store import read_json, read_text

    read = read_json if as_json else read_text
    typer.echo(read(OcmoHome.open(home), day(date)), nl=False)
