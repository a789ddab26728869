"""Homes of the even region of `tests.interim_lake`, made once: not to be changed, but to be copied."""

from __future__ import annotations

import pytest

from pipeline.home import OcmoHome
from pipeline.reporting.interim import Quarter
from pipeline.reporting.interim.report import interim_report
from tests.interim_lake import FINAL_NIGHT, INTERIM_NIGHT, copied, deliver_all, even_home, night


@pytest.fixture(scope="session")
def interim_home(tmp_path_factory: pytest.TempPathFactory) -> OcmoHome:
    """The night of October 2025 has run."""
    home = even_home(tmp_path_factory.mktemp("interim"))
    night(home, INTERIM_NIGHT)
    return home


@pytest.fixture(scope="session")
def final_home(interim_home: OcmoHome, tmp_path_factory: pytest.TempPathFactory) -> OcmoHome:
    """The third quarter was reported; then all of 2025 came, and its night has run."""
    home = copied(interim_home, tmp_path_factory.mktemp("final"))
    interim_report(home, "maasoever", Quarter(2025, 3))
    deliver_all(home)
    night(home, FINAL_NIGHT)
    return home
