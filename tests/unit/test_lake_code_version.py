"""The code version changes with every source that a figure depends on, and with nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from pipeline import code_version as module
from pipeline.code_version import code_version


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A source tree of its own, for the code version to look at."""
    for name in ("pipeline/a.py", "sql/claims/t.sql", "pseudonymisation/k.py", "docs/page.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one\n")
    monkeypatch.setattr(module, "CHECKOUT", tmp_path)
    yield tmp_path
    code_version.cache_clear()


def now() -> str:
    code_version.cache_clear()
    return code_version()


def test_the_release_and_twelve_digits(tree: Path) -> None:
    release, digest = now().split("+")
    assert release == version("ocmo")
    assert len(digest) == 12
    assert int(digest, 16) >= 0
    assert now() == f"{release}+{digest}"


@pytest.mark.parametrize("name", ["pipeline/a.py", "sql/claims/t.sql", "pseudonymisation/k.py"])
def test_a_source_that_changes_changes_it(tree: Path, name: str) -> None:
    before = now()
    (tree / name).write_text("two\n")
    assert now() != before
    (tree / name).write_text("one\n")
    assert now() == before


@pytest.mark.parametrize("name", ["pipeline/rates.yaml", "pipeline/b.py", "sql/u.sql", "pipeline/costs.csv"])
def test_a_new_source_changes_it(tree: Path, name: str) -> None:
    before = now()
    (tree / name).write_text("")
    assert now() != before


def test_a_source_under_another_name_changes_it(tree: Path) -> None:
    before = now()
    (tree / "pipeline" / "a.py").rename(tree / "pipeline" / "b.py")
    assert now() != before


def test_what_no_figure_depends_on_does_not(tree: Path) -> None:
    before = now()
    (tree / "docs" / "page.md").write_text("two\n")
    (tree / "pipeline" / "__pycache__").mkdir()
    (tree / "pipeline" / "__pycache__" / "a.pyc").write_bytes(b"x")
    assert now() == before
