"""What lies in the OCMO's inbox: two halves a delivery, tables from the supplier and a map from the TTP.

Nothing is verified here: an arrival is only worth trying to open. `linkage` checks signatures before it
believes a word of it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

MANIFEST = "manifest.json"
MAP_SUFFIX = ".map"


@dataclass(frozen=True)
class Arrival:
    """A folder in the inbox, the map that goes with it (if it came), and when it says it was delivered."""

    name: str
    tables_folder: Path
    map_folder: Path | None
    delivered_on: dt.date | None

    @property
    def digest(self) -> str:
        """SHA-256 over the names and contents of both halves: a mended delivery is another arrival."""
        digest = hashlib.sha256()
        for folder in (self.tables_folder, self.map_folder):
            for path in sorted(folder.iterdir()) if folder else ():
                digest.update(path.name.encode())
                with contextlib.suppress(OSError), path.open("rb") as stream:  # opening it will refuse it
                    digest.update(hashlib.file_digest(stream, "sha256").digest())
        return digest.hexdigest()


def arrivals(inbox: Path, business_date: dt.date) -> list[Arrival]:
    """What the night of `business_date` may look at: delivered up to that day, or not saying when."""
    if not inbox.is_dir():
        return []
    found = []
    for folder in sorted(inbox.iterdir()):
        if folder.name.startswith(".") or folder.suffix in (MAP_SUFFIX, ".part") or not folder.is_dir():
            continue
        arrival = arrival_named(inbox, folder.name)
        if arrival.delivered_on is None or arrival.delivered_on <= business_date:
            found.append(arrival)
    return found


def arrival_named(inbox: Path, name: str) -> Arrival:
    """The arrival in the folder `name` of the inbox."""
    folder, map_folder = inbox / name, inbox / (name + MAP_SUFFIX)
    return Arrival(name, folder, map_folder if map_folder.is_dir() else None, _claimed_date(folder))


def _claimed_date(folder: Path) -> dt.date | None:
    """The date the manifest claims, unverified; None when it cannot be read, so that opening refuses it."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        return dt.date.fromisoformat(manifest["delivered_on"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
