"""The interim report and a recomputation in a real browser: they fit any screen and fetch nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.reporting.interim.page import page
from tests.browser import NARROW, measured
from tests.unit.test_interim_pages import every_kind_of_report


@pytest.mark.parametrize("width", [1280, NARROW])
@pytest.mark.parametrize("number", [1, 5, 6], ids=["with changes", "no quality terms", "nothing yet"])
def test_the_interim_report_fits_and_fetches_nothing(number: int, tmp_path: Path, width: int) -> None:
    found = measured(page(every_kind_of_report()[number]), width, tmp_path)
    assert found == {"width": width, "overflow": 0, "fetched": 0}
