"""The statement in a real browser: it fits wide and narrow screens and fetches nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.demo.roles import State
from tests.browser import NARROW, measured


@pytest.mark.parametrize("width", [1280, NARROW])
def test_the_page_fits_and_fetches_nothing(settled: State, tmp_path: Path, width: int) -> None:
    statement = min((settled.ocmo / "reports" / "statements").rglob("*.html"))
    found = measured(statement.read_text(encoding="utf-8"), width, tmp_path)
    assert found == {"width": width, "overflow": 0, "fetched": 0}
