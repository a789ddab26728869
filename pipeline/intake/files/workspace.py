"""A private folder for what a check keeps on disk while it works: rows with BSNs, so it must not outlive the check.

It is locked while it is used. What a killed process left behind is nobody's, and is removed by the next process that
makes a workspace beside it.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.errors import SettingsError

PRIVATE = 0o700
LOCK = "in-use"

_SWEPT: set[Path] = set()
"""The folders in which this process has swept."""


class Workspace:
    """A new folder that only this user may read; removed when it is closed, at the latest when the process ends."""

    def __init__(self, parent: Path) -> None:
        """Make it under `parent`, which is made when it is not there, and sweep what earlier ones left.

        Raises:
            SettingsError: when `parent` is somebody else's.
        """
        parent.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        _require_own(parent)
        with _alone_in(parent):
            if parent.resolve() not in _SWEPT:
                _sweep(parent)
                _SWEPT.add(parent.resolve())
            self.path = Path(tempfile.mkdtemp(dir=parent))
            self._lock = os.open(self.path / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        atexit.register(self.close)

    @classmethod
    def temporary(cls) -> Self:
        """One in the system's folder for temporary files."""
        return cls(Path(tempfile.gettempdir()) / f"ocmo-intake-{os.getuid()}")

    def folder(self, name: str) -> Path:
        """A folder in it."""
        folder = self.path / name
        folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        return folder

    def close(self) -> None:
        """Remove it with all that is in it."""
        if self.path.exists():
            _remove(self.path, self._lock)
        atexit.unregister(self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _require_own(parent: Path) -> None:
    status = parent.lstat()
    if parent.is_symlink() or status.st_uid != os.getuid():
        raise SettingsError(
            "The folder for what is worked on belongs to somebody else",
            where=str(parent),
            remedy="Remove it, or set TMPDIR to a folder of your own.",
        )
    if status.st_mode & 0o077:
        parent.chmod(PRIVATE)


@contextmanager
def _alone_in(parent: Path) -> Iterator[None]:
    """Nobody else makes or sweeps a workspace here meanwhile."""
    lock = os.open(parent, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _sweep(parent: Path) -> None:
    """Remove our workspaces that nobody holds the lock of; one without a lock was being removed.

    What is no folder, or somebody else's, is none of them and is left alone.
    """
    for left in sorted(path for path in parent.iterdir() if _is_own_folder(path)):
        try:
            lock = os.open(left / LOCK, os.O_RDWR)
        except FileNotFoundError:
            shutil.rmtree(left, ignore_errors=True)
            continue
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
        else:
            _remove(left, lock)


def _is_own_folder(path: Path) -> bool:
    try:
        status = path.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()


def _remove(path: Path, lock: int) -> None:
    shutil.rmtree(path, ignore_errors=True)
    os.close(lock)
