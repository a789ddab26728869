"""`ocmo demo tamper`: what becomes of a sealed delivery when one byte of it changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import AsJson

if TYPE_CHECKING:
    from pipeline.demo.tamper import Attempt


def tamper(
    suite: Annotated[str, typer.Option(help="How it is sealed: X25519 or MLKEM768X25519.")] = "X25519",
    as_json: AsJson = False,
) -> None:
    """Change one byte of a sealed delivery, in every kind of place in turn, and list who refuses each change."""
    import json
    import tempfile

    from pipeline.demo.tamper import require_all_refused
    from pipeline.demo.tamper import tamper as attempts_at

    with tempfile.TemporaryDirectory() as folder:
        attempts = list(attempts_at(Path(folder), suite))
    if as_json:
        typer.echo(json.dumps([vars(attempt) for attempt in attempts], indent=1))
    else:
        _print(attempts)
    require_all_refused(attempts)


def _print(attempts: list[Attempt]) -> None:
    """Each file, the places where it was changed, and who refused that and why: once for all places alike."""
    from rich.console import Console
    from rich.markup import escape
    from rich.padding import Padding

    from pipeline.demo.tamper_line import DELIVERY, OCMO, SUPPLIER, TTP

    console = Console(highlight=False)
    console.print(
        f"{SUPPLIER} seals {DELIVERY} for {TTP}, the TTP, and for {OCMO}, the OCMO. One byte of it is changed at a "
        f"time: in transit, or by its sender, who also puts the digest right and signs anew. In brackets: which byte.\n"
    )
    alike: dict[tuple[str, ...], list[str]] = {}
    for one in attempts:
        key = (one.file, one.by, one.refused_by, one.kind, one.reason)
        alike.setdefault(key, []).append(f"{one.what} ({one.offset:,})")
    for (file, by, refused_by, kind, reason), places in alike.items():
        ended = f"{refused_by} refuses all, as {kind}" if refused_by else "[bold red]NOT REFUSED[/]"
        number = f"{len(places)} {'change' if len(places) == 1 else 'changes'}"
        console.print(f"[bold]{file}[/], {number} {by}: {ended}")
        console.print(Padding(escape(", ".join(places)), (0, 0, 0, 2)))
        console.print(Padding(escape(reason), (0, 0, 1, 2)), style="dim")
    refused = sum(bool(one.refused_by) for one in attempts)
    console.print(f"{refused} of {len(attempts)} changes were refused.")
