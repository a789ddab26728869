"""`ocmo demo messages`: the region's care as messages of one standard, to try the reading of it on volume."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import named_by_user


def messages(
    out: Annotated[Path, typer.Argument(help="Folder to write into.", metavar="DIR")],
    standard: Annotated[
        str, typer.Option(help="Which standard, with or without its version: MZ302, 'AP304 7.2'.")
    ],
    insured: Annotated[int, typer.Option(help="Number of insured.", min=100)] = 2_000,
    seed: Annotated[int, typer.Option(help="Where the random numbers start.")] = 1,
) -> None:
    """Write one year of the region's care as messages of one standard, each insurer's in a folder of its own.

    Standards: ZH308 9.0, AP304 7.2, AP304 8.0, AP305 7.2, MZ301 1.3, MZ302 1.3,
    PM304 3.2, PM305 3.2, AW319 1.4, GDS801 1.0, GDS801 2.0, GDS802 2.0.

    The answers to messages (AP305, MZ302, PM305) are those to the messages written with the same insured and seed.
    """
    from pipeline.demo.claims.standards import find
    from pipeline.demo.messages import write_standard
    from pipeline.money import euros

    title, flow = find(standard)
    files: Counter[str] = Counter()
    rows: Counter[str] = Counter()
    cents: Counter[str] = Counter()
    with named_by_user(out):
        for file in write_standard(out, flow, insured=insured, seed=seed):
            files[file.supplier] += 1
            rows[file.supplier] += file.rows
            cents[file.supplier] += file.cents
    for name in sorted(files):
        typer.echo(f"{out / name}: {files[name]} files, {rows[name]:,} claim lines, {euros(cents[name])}")
    typer.echo(f"{title}: {rows.total():,} claim lines, {euros(cents.total())}")
