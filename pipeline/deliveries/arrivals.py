"""What lies in the OCMO's inbox: two halves a delivery, tables from the supplier and a map from the TTP.

Nothing is verified here: an arrival is only worth trying to open. `linkage` checks signatures before it
believes a word of it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

MANIFEST = "manifest.json"
MAP_SUFFIX = ".map"
NOT_TABLES = (MAP_SUFFIX, ".part", ".leaving")
"""Ends of names of folders that are no supplier's half: the TTP's, one on its way in, and one on its way out."""


@dataclass(frozen=True)
class Arrival:
    """A folder in the inbox, the map that goes with it (if it came), and when it says it was delivered."""

    name: str
    tables_folder: Path
    map_folder: Path | None
    delivered_on: dt.date | None

    @property
    def digest(self) -> str:
        """SHA-256 over the names and contents of both halves: a mended delivery is another arrival.

        What is no regular file, or may not be read, counts by its name; opening the delivery will refuse it.
        """
        return _folders_digest(self.tables_folder, self.map_folder)

    def is_copy_of(self, other: Arrival) -> bool:
        """Whether each half that is here is there too, the same to the byte."""
        halves = [(self.tables_folder, other.tables_folder), (self.map_folder, other.map_folder)]
        return all(
            theirs is not None and theirs.is_dir() and _folders_digest(own) == _folders_digest(theirs)
            for own, theirs in halves
            if own is not None
        )


def arrivals(inbox: Path, business_date: dt.date) -> list[Arrival]:
    """What the night of `business_date` may look at: delivered up to that day, or not saying when."""
    if not inbox.is_dir():
        return []
    found = []
    for folder in sorted(inbox.iterdir()):
        if folder.name.startswith(".") or folder.suffix in NOT_TABLES or not folder.is_dir():
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
    path = folder / MANIFEST
    try:
        if not path.is_file():  # opening a named pipe would wait for ever
            return None
        return dt.date.fromisoformat(json.loads(path.read_bytes())["delivered_on"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _folders_digest(*folders: Path | None) -> str:
    # pseudonymisation.dropfolder has the like for the TTP; what lies before `linkage` may not import it.
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.iterdir()) if folder and folder.is_dir() else ():
            digest.update(hashlib.sha256(os.fsencode(path.name)).digest() + _contents_digest(path))
    return digest.hexdigest()


def _contents_digest(path: Path) -> bytes:
    """SHA-256 of a regular file; nothing for anything else."""
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").digest()
    except OSError:
        return b""
