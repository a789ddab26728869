"""Drop folders: where deliveries are laid down. A folder is whole, or it is not there.

A delivery is written into `<name>.part`, every file on disk, and renamed when it is complete: a reader
never meets half a delivery, and whoever is killed while writing starts again or goes on. What lies there was
put down by somebody else: a folder may hold anything, and reading it ends in a refusal at worst.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from pseudonymisation.encoding import lp
from pseudonymisation.errors import DeliveryIncompleteError, StorageError

_UNFINISHED, _LEAVING = ".part", ".leaving"


@contextlib.contextmanager
def storing(role: str, where: Path) -> Iterator[None]:
    """While `role` writes there: that it cannot, for want of room or rights, is one error that tells it what to do.

    Raises:
        StorageError: for any failure of the system's.
    """
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{role} cannot write ({error.strerror})",
            where=where.name,
            remedy=f"{role} must make room, or get the rights, and run this again: what was not finished counts "
            "for nothing, and it goes on where it stopped.",
        ) from None


@contextlib.contextmanager
def exclusive(lock: Path) -> Iterator[None]:
    """While one process is in here with this lock file, others wait. The file stays, empty."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def lock_of(folder: Path) -> Path:
    """The lock file of who makes this folder: hidden beside it, where no reader of folders looks."""
    return folder.with_name(f".{folder.name}.lock")


def part_of(path: Path) -> Path:
    """Where a folder or file is written before it gets its name."""
    return path.with_name(path.name + _UNFINISHED)


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


def replace_file(path: Path, data: bytes) -> None:
    """Write a small file in place of what was there: the old one or the new one, never half of it."""
    part = part_of(path)
    write_file(part, data)
    part.replace(path)
    sync_folder(path.parent)


def publish(folder: Path) -> None:
    """Give a complete part folder its name, for good: also after a power cut."""
    part = part_of(folder)
    sync_folder(part)
    part.rename(folder)
    sync_folder(folder.parent)


def arrived(inbox: Path) -> list[Path]:
    """The complete folders of an inbox, by name; those still being written, or being removed, are left out."""
    if not inbox.is_dir():
        return []
    folders = (path for path in inbox.iterdir() if path.is_dir())
    return sorted(path for path in folders if path.suffix not in (_UNFINISHED, _LEAVING))


def remove(folder: Path) -> None:
    """Remove a folder; killed on the way, `sweep` does the rest: nobody meets half of it."""
    leaving = folder.with_name(folder.name + _LEAVING)
    folder.rename(leaving)
    shutil.rmtree(leaving)


def sweep(inbox: Path) -> None:
    """Remove what is left of folders whose removal was broken off."""
    for leaving in sorted(inbox.glob(f"*{_LEAVING}")):
        shutil.rmtree(leaving)


def contents_digest(folder: Path) -> str:
    """SHA-256 over what a folder holds: names, and the contents of regular files.

    Anything else, such as a folder, a dangling link or a file that may not be read, counts by its name
    alone, so that every folder has a digest and a changed one has another.
    """
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        paths = []
    digest = hashlib.sha256()
    for path in paths:
        digest.update(lp(os.fsencode(path.name), _file_digest(path)))
    return digest.hexdigest()


def require_files(folder: Path, names: Iterable[str], sender: str) -> None:
    """Raise DeliveryIncompleteError unless a folder holds exactly these files."""
    expected = set(names)
    found = {path.name for path in folder.iterdir()}
    if expected != found:
        raise DeliveryIncompleteError(
            f"{len(expected - found)} files are missing and {len(found - expected)} are not in the manifest",
            where=folder.name,
            remedy=f"{sender} must transport the folder again, whole, and not mix deliveries.",
        )


def read_file(folder: Path, name: str, sender: str) -> bytes:
    """The contents of a file in a drop folder; DeliveryIncompleteError when it is not there or cannot be read."""
    path = folder / name
    try:
        # Opening a named pipe would wait for ever.
        if path.is_file():
            return path.read_bytes()
        wrong = "is no file" if path.exists() else "is missing"
    except OSError as error:
        wrong = f"cannot be read ({error.strerror})"
    raise DeliveryIncompleteError(
        f"{name} {wrong}",
        where=folder.name,
        remedy=f"{sender} must transport the folder again, whole.",
    )


def _file_digest(path: Path) -> bytes:
    """SHA-256 of a regular file; empty for anything else."""
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return b""


def sync_folder(folder: Path) -> None:
    """See to it that what was put into a folder, renamed or removed there stays so, also after a power cut."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return  # another's drop folder, into which we may put and not look: its owner's system keeps it
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
