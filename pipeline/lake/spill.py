"""Where a query goes when it outgrows the memory limit: rows of persons in clear, which nobody may find later.

    spill/lock             held while a folder is made or removed
    spill/<any>/lock       held as long as its connection lives
    spill/<any>/pages/     what the engine writes

A connection removes its folder at the end. One that was killed cannot, so the next connection does it, whosesoever:
an objection and a rotation begin with one.
"""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

_LOCK = "lock"


@contextlib.contextmanager
def spill_folder(spill: Path) -> Iterator[Path]:
    """A folder of one connection's own, of mode 0700, gone at the end; those of killed processes go at once."""
    spill.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as alive:
        with _alone_in(spill):
            _sweep(spill)
            folder = Path(tempfile.mkdtemp(dir=spill))
            alive.enter_context(_alone_in(folder))
        try:
            yield folder / "pages"
        finally:
            with _alone_in(spill):
                shutil.rmtree(folder)


def _sweep(spill: Path) -> None:
    """Remove all but what a living connection holds."""
    for path in sorted(spill.iterdir()):
        if path.is_dir() and not _is_held(path):
            shutil.rmtree(path)
        elif not path.is_dir() and path.name != _LOCK:
            path.unlink()


def _is_held(folder: Path) -> bool:
    try:
        with (folder / _LOCK).open("rb+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    with (folder / _LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
