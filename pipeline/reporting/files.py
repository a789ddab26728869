"""Write reports so that they are seen whole or not at all, and what is issued only once."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under another name, then give it its own: a reader finds the old one or the new."""
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def add_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Add a folder with these files, by name; it appears when all are there, and is on disk on return.

    So who notes down that it was issued may do so next: a power cut does not take back what is noted. What a
    broken-off run left under the temporary name is thrown away first. Call it within `alone_in`.

    Raises:
        OSError: when the folder is already there, with something in it.
    """
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for name, content in files.items():
        write_whole(part / name, content)
    _sync(part)
    part.replace(folder)
    _sync(folder.parent)


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Make the folder if need be, and hold its lock: of two runs that issue at once, one waits for the other."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _sync(folder: Path) -> None:
    """See that what was made or named in a folder is on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
