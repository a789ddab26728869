"""Files that only their owner can read: refused when open to others, written whole, overwritten when they go."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from pseudonymisation.dropfolder import part_of, sync_folder
from pseudonymisation.errors import KeyRingExistsError, KeyRingMissingError, UnsafeKeyRingError

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def refuse_readable(path: Path) -> None:
    """Raise UnsafeKeyRingError when a file or folder is another user's, or others have any right on it."""
    status = path.stat()
    mode = stat.S_IMODE(status.st_mode)
    if mode & _OTHERS:
        raise UnsafeKeyRingError(
            f"The key ring is open to other users (mode {mode:04o})",
            where=str(path),
            remedy="Find out who read it; then take the rights away (chmod go=) or make a new ring.",
        )
    if status.st_uid != os.geteuid():
        raise UnsafeKeyRingError(
            "The key ring belongs to another user, who can read it",
            where=str(path),
            remedy="Run this as the user whose key ring it is.",
        )


def refuse_writable(folder: Path) -> None:
    """Raise UnsafeKeyRingError when others may put another file in place of one in a folder."""
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise UnsafeKeyRingError(
            f"Other users may put another share in place of this one (mode {mode:04o})",
            where=str(folder),
            remedy="Take the right to write away (chmod go-w); use the share's copy if it was replaced.",
        )


def write_private(path: Path, data: bytes) -> None:
    """Write a new file of mode 0600, on disk and in its folder when this returns: also after a power cut.

    Raises:
        KeyRingExistsError: when the file is already there.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeyRingExistsError(
            "A key file is already there",
            where=str(path),
            remedy="Keys are never overwritten; use another name.",
        ) from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def replace_private(path: Path, data: bytes) -> None:
    """Write a file of mode 0600 in place of what was there: the old one or the new one, never half of it.

    The new one is there to stay when this returns.
    """
    part = part_of(path)
    part.unlink(missing_ok=True)
    write_private(part, data)
    part.replace(path)
    sync_folder(path.parent)


def make_private_folder(folder: Path) -> None:
    """A folder of mode 0700 with its parents, there to stay when this returns; one that is there is left as it is."""
    if folder.is_dir():
        return
    make_private_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


def read_private(path: Path, called: str) -> bytes:
    """The contents of a file that only its owner may read.

    Raises:
        KeyRingMissingError: when it is not there.
        UnsafeKeyRingError: when others may read it.
    """
    if not path.is_file():
        raise KeyRingMissingError(
            f"There is no {called}",
            where=str(path),
            remedy="Bring it, restore it from its backup, or make it first.",
        )
    refuse_readable(path)
    return path.read_bytes()


def shred(path: Path) -> None:
    """Overwrite a file with zeros and remove it; nothing happens when it is not there.

    A journal, a snapshot or a flash drive may keep the old blocks all the same. That is why a key is
    destroyed only together with the key that wraps it (`renewal`).
    """
    if not path.is_file():
        return
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    sync_folder(path.parent)
