"""In which order a round of the TTP goes: as the deliveries were made, each before the one that replaces it.

Folders' names say nothing of that: `insurer-10` comes before `insurer-9`. A replacement that went first would
make the delivery that it replaces a second one for a place that is taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pseudonymisation.manifest import Manifest


def in_order(heard: Iterable[tuple[Path, Manifest | None]]) -> list[Path]:
    """The folders by the date their manifest says, then by name; what is replaced before what replaces it.

    A folder without a manifest that can be believed (None) goes first: it is refused, and nobody waits for it.
    Of deliveries that replace each other in a ring the oldest goes first.
    """
    waiting = sorted(heard, key=_by_date)
    ordered = []
    while waiting:
        to_come = {manifest.delivery for _, manifest in waiting if manifest}
        free = (one for one in waiting if one[1] is None or one[1].replaces not in to_come)
        following = next(free, waiting[0])
        waiting.remove(following)
        ordered.append(following[0])
    return ordered


def _by_date(one: tuple[Path, Manifest | None]) -> tuple[str, str]:
    folder, manifest = one
    return (manifest.delivered_on.isoformat() if manifest else "", folder.name)
