"""Drop folders: where deliveries are laid down. A folder is whole, or it is not there.

A delivery is written into `<name>.part`, every file on disk, and renamed when it is complete: a reader
never meets half a delivery, and whoever is killed while writing starts again or goes on.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from pseudonymisation.errors import DeliveryIncompleteError

_UNFINISHED = ".part"


def part_of(folder: Path) -> Path:
    """Where a folder is written before it is published."""
    return folder.with_name(folder.name + _UNFINISHED)


def fresh_part(folder: Path) -> Path:
    """An empty part folder; what an earlier, killed run left in it is gone."""
    part = part_of(folder)
    if part.exists():
        shutil.rmtree(part)
    part.mkdir(parents=True)
    return part


def write_file(path: Path, data: bytes) -> None:
    """Write a file, on disk when this returns."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def publish(folder: Path) -> None:
    """Give a complete part folder its name, for good: also after a power cut."""
    part = part_of(folder)
    _sync_folder(part)
    part.rename(folder)
    _sync_folder(folder.parent)


def arrived(inbox: Path) -> list[Path]:
    """The complete folders of an inbox, by name; those still being written are left out."""
    if not inbox.is_dir():
        return []
    folders = (path for path in inbox.iterdir() if path.is_dir())
    return sorted(path for path in folders if path.suffix != _UNFINISHED)


def require_files(folder: Path, names: Iterable[str]) -> None:
    """Raise DeliveryIncompleteError unless a folder holds exactly these files."""
    expected = set(names)
    found = {path.name for path in folder.iterdir()}
    if expected != found:
        raise DeliveryIncompleteError(
            f"{len(expected - found)} files are missing and {len(found - expected)} are not in the manifest",
            where=folder.name,
            remedy="The sender must transport the folder again, whole; do not mix deliveries.",
        )


def read_file(folder: Path, name: str) -> bytes:
    """The contents of a file in a drop folder; DeliveryIncompleteError when it is not there."""
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError:
        raise DeliveryIncompleteError(
            f"{name} is missing",
            where=folder.name,
            remedy="The sender must transport the folder again, whole.",
        ) from None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
