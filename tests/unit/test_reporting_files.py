"""A folder of reports is on disk, under its name, before anybody notes that it was issued."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.reporting.files import add_folder


def test_a_folder_is_on_disk_with_its_name_when_it_was_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name lies in the folder above, which is synced after it was given; the files' names before."""
    folder, synced = tmp_path / "issued", []
    real = os.fsync

    def noted(descriptor: int) -> None:
        synced.append((os.fstat(descriptor).st_ino, folder.exists()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    add_folder(folder, {"statement.json": b"{}"})
    assert (folder.stat().st_ino, False) in synced
    assert synced[-1] == (tmp_path.stat().st_ino, True)
    assert (folder / "statement.json").read_bytes() == b"{}"
