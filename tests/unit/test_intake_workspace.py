"""The private folder of a check: only ours, gone at the end, swept after who was killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.intake.files.workspace import Workspace

KILLED = """
import os, sys
from pathlib import Path
from pipeline.intake.files.workspace import Workspace
left = Workspace(Path(sys.argv[1]))
(left.folder("parts") / "rows").write_text("x")
os._exit(9)
"""


def test_it_is_private_and_removed_with_all_that_is_in_it(tmp_path: Path) -> None:
    with Workspace(tmp_path / "work") as workspace:
        (workspace.folder("a/b") / "rows").write_text("x")
        assert [path.stat().st_mode & 0o077 for path in (tmp_path / "work", workspace.path)] == [0, 0]
    assert list((tmp_path / "work").iterdir()) == []


def test_it_is_removed_when_the_process_ends(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED.replace("os._exit(9)", ""), str(tmp_path)], check=True)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_swept_and_what_is_in_use_is_not(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    (left,) = tmp_path.iterdir()
    with Workspace(tmp_path) as one, Workspace(tmp_path) as other:
        assert sorted(tmp_path.iterdir()) == sorted([one.path, other.path])
        assert left not in (one.path, other.path)


def test_a_folder_of_somebody_else_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(SettingsError, match="belongs to somebody else"):
        Workspace(tmp_path / "link")


def test_what_is_no_workspace_is_left_alone_by_the_sweep(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    odd = tmp_path / "odd"
    (odd / "in-use").mkdir(parents=True)
    with Workspace(tmp_path):
        assert {path.name for path in tmp_path.iterdir()} > {"notes.txt", "link", "odd"}
