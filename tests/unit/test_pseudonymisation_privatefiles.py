"""What is "on disk when this returns" is in its folder too: a power cut after it takes nothing back."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipeline.linkage.blocklist import BlockList, Objection
from pseudonymisation.privatefiles import replace_private, shred, write_private

LABEL = "ocp1:hmac-2step-v1:notary:maasoever:1"


@pytest.fixture
def unsynced(monkeypatch: pytest.MonkeyPatch) -> set[Path]:
    """The folders in which something changed that a power cut would take back."""
    changed: set[Path] = set()

    def noting(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Path, *arguments: Any, **more: Any) -> Any:
            was_there = path.exists()
            result = real(path, *arguments, **more)
            if path.exists() != was_there or arguments:
                changed.add(path.parent)
            return result

        return call

    def opened(path: Any, flags: int, *more: Any, **named: Any) -> int:
        if flags & os.O_CREAT:
            changed.add(Path(path).parent)
        return open_(path, flags, *more, **named)

    def synced(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            changed.discard(Path(f"/proc/self/fd/{descriptor}").readlink())
        fsync(descriptor)

    open_, fsync = os.open, os.fsync
    for name in ("replace", "rename", "unlink", "mkdir"):
        monkeypatch.setattr(Path, name, noting(getattr(Path, name)))
    monkeypatch.setattr(os, "open", opened)
    monkeypatch.setattr(os, "fsync", synced)
    return changed


def test_a_new_file(tmp_path: Path, unsynced: set[Path]) -> None:
    write_private(tmp_path / "share", b"x")
    assert unsynced == set()
    assert stat.S_IMODE((tmp_path / "share").stat().st_mode) == 0o600


def test_a_file_in_place_of_another(tmp_path: Path, unsynced: set[Path]) -> None:
    for data in (b"one", b"two"):
        replace_private(tmp_path / "facts", data)
        assert unsynced == set()
    assert (tmp_path / "facts").read_bytes() == b"two"


def test_a_file_that_goes(tmp_path: Path, unsynced: set[Path]) -> None:
    write_private(tmp_path / "key", b"x")
    shred(tmp_path / "key")
    assert unsynced == set()


def test_who_objected_is_kept_before_the_objection_is_thrown_away(
    tmp_path: Path, unsynced: set[Path]
) -> None:
    blocked = BlockList(cast("Any", SimpleNamespace(root=tmp_path)))
    blocked.add(Objection("objection-1", "insurer", LABEL, frozenset({"ab" * 32})))
    assert unsynced == set()
    assert blocked.persons(LABEL) == {"ab" * 32}
