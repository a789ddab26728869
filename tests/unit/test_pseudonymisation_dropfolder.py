"""The digest of a folder: equal for equal contents, different for any change, and always there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pseudonymisation.dropfolder import contents_digest


def filled(folder: Path) -> Path:
    folder.mkdir()
    (folder / "a").write_bytes(b"1")
    (folder / "b").write_bytes(b"23")
    return folder


def move_a_byte(folder: Path) -> None:
    (folder / "a").write_bytes(b"12")
    (folder / "b").write_bytes(b"3")


def move_a_byte_into_a_name(folder: Path) -> None:
    (folder / "a").unlink()
    (folder / "a1").write_bytes(b"")


CHANGES: dict[str, Callable[[Path], object]] = {
    "content": lambda folder: (folder / "a").write_bytes(b"2"),
    "name": lambda folder: (folder / "a").rename(folder / "c"),
    "swapped": lambda folder: ((folder / "a").write_bytes(b"23"), (folder / "b").write_bytes(b"1")),
    "a byte in the next file": move_a_byte,
    "a byte in the name": move_a_byte_into_a_name,
    "gone": lambda folder: (folder / "a").unlink(),
    "empty file": lambda folder: (folder / "c").write_bytes(b""),
    "folder": lambda folder: (folder / "c").mkdir(),
    "dangling link": lambda folder: (folder / "c").symlink_to("nowhere"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_shows(tmp_path: Path, change: str) -> None:
    folder = filled(tmp_path / "one")
    before = contents_digest(folder)
    assert before == contents_digest(filled(tmp_path / "two"))
    CHANGES[change](folder)
    assert contents_digest(folder) != before


def test_what_is_no_file_counts_by_its_name_and_an_empty_file_is_something_else(tmp_path: Path) -> None:
    digests = []
    for change in ("empty file", "folder", "dangling link"):
        folder = filled(tmp_path / change)
        CHANGES[change](folder)
        digests.append(contents_digest(folder))
    assert digests[0] != digests[1] == digests[2]


def test_a_folder_that_is_not_there_is_as_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert contents_digest(tmp_path / "nowhere") == contents_digest(tmp_path / "empty")
