"""`ocmo demo tables`: the region's tables in another form, to try the reading of it on volume."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import named_by_user


def tables(
    region: Annotated[Path, typer.Argument(help="Folder that `ocmo demo region` wrote.", metavar="REGION")],
    out: Annotated[Path, typer.Argument(help="Folder to write into.", metavar="DIR")],
    form: Annotated[str, typer.Option(help="Which form: comma, tab or pipe (CSV), parquet, xlsx.")],
) -> None:
    """Write the tables of a region in another form, with the mappings that read them in `mappings/`.

    The mappings do not say how the files are written: reading them finds it out.
    """
    from pipeline.demo.summary import read_summary
    from pipeline.demo.table_forms import write_tables
    from pipeline.errors import SettingsError
    from pipeline.money import euros

    with named_by_user(region):
        summary = read_summary(region)
    if summary is None:
        raise SettingsError(
            "There is no region in this folder",
            where=str(region),
            remedy="Write one with `ocmo demo region`.",
        )
    count = rows = cents = 0
    with named_by_user(out):
        for file in write_tables(region, out, form, iter(summary.files)):
            count, rows, cents = count + 1, rows + file.rows, cents + file.cents
    typer.echo(f"{count} tables in {out}: {rows:,} rows, {euros(cents)}")
