"""What several commands on key rings share: their options, and the line each leaves in the audit log."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from pseudonymisation.agreement import Agreement
    from pseudonymisation.keys import KeyRing

Ring = Annotated[Path, typer.Argument(help="Folder of the key ring.", metavar="RING")]
Today = Annotated[
    str,
    typer.Option(
        "--today", help="The day to write down. Default: this machine's date.", metavar="YYYY-MM-DD"
    ),
]
KeyVersion = Annotated[int, typer.Option(help="Version of the suppliers' shared secret.")]


def today(text: str) -> dt.date:
    """The day of an option, or this machine's."""
    from pipeline.cli.options import day

    return day(text) if text else dt.date.today()


def log(
    folder: Path,
    ring: KeyRing,
    action: str,
    on: dt.date,
    key: str = "",
    *,
    once: bool = False,
    **more: Any,
) -> None:
    """Leave a line in the audit log of the home in which the ring lies; of which key, its name says.

    With `once` not a second time the same line, of a step that is run again.
    """
    from pseudonymisation.audit import AuditLog, Entry

    log = AuditLog.of_home(folder.resolve().parent, ring.identity)
    add = log.append_once if once else log.append
    add(Entry(action=action, on=on.isoformat(), **_meant(key), **more))


def custody_told(ring: Path) -> str:
    """Who opens a ring, in words: where its shares lie, and what that is worth."""
    from pseudonymisation.custody import Shares, custody_of

    kept = custody_of(ring)
    if not isinstance(kept, Shares):
        return "a passphrase"
    if shares_lie_in(ring):
        return "both shares, which lie in the ring itself: whoever has the ring has its keys"
    worth = ", one of which lies in the ring itself" if kept.inside(ring) else ""
    return f"the shares {kept.first} and {kept.second}{worth}"


def shares_lie_in(ring: Path) -> bool:
    """Whether both shares lie in the ring that they open."""
    from pseudonymisation.custody import Shares, custody_of

    kept = custody_of(ring)
    return isinstance(kept, Shares) and kept.inside(ring) == len(kept.paths())


def _meant(key: str) -> dict[str, Any]:
    """The fields of an audit line that a key's name fills: its version, or contract and epoch."""
    from pseudonymisation.engine import secret_named

    secret = secret_named(key)
    if not secret:
        return {}
    contract, number = secret
    return {"contract": contract, "epoch": number} if contract else {"key_version": number}


def agreements_beside(ring: Path) -> list[Agreement]:
    """The agreements in the home in which a ring lies: those of now, and those that come next."""
    from pseudonymisation.agreement import Agreement

    home = ring.resolve().parent
    paths = [*home.glob("agreement*.json"), *home.glob("agreements/*.json")]
    return [Agreement.load(path) for path in sorted(paths)]
