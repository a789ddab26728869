"""The day on which the newest claims came: run-out looks no further."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from pipeline.completion import claims_delivered_on
from pipeline.deliveries import raw_inputs
from pipeline.deliveries.delivery import Status
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from tests.unit.lake_world import home_in, publish_delivery

CLAIMS = {"claim_line": pl.DataFrame({"line_ref": ["a"]})}
REPORTS = {"patient_report": pl.DataFrame({"report_ref": ["a"]})}
OCTOBER, NOVEMBER, JULY = dt.date(2025, 10, 10), dt.date(2025, 11, 3), dt.date(2026, 7, 1)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> OcmoHome:
    """Claims in October, replaced in July; stopped ones of another year, and a hospital's records, in November."""
    root: Path = tmp_path_factory.mktemp("delivered")
    home = home_in(root)
    publish_delivery(home, "zilverzorg-2025-01", CLAIMS, delivered_on=OCTOBER)
    publish_delivery(
        home, "zilverzorg-2024-02", CLAIMS, period="2024", delivered_on=NOVEMBER, status=Status.STOPPED
    )
    publish_delivery(home, "berkenhof-2025-01", REPORTS, supplier="berkenhof", delivered_on=NOVEMBER)
    publish_delivery(home, "zilverzorg-2025-02", CLAIMS, delivered_on=JULY, replaces="zilverzorg-2025-01")
    return home


@pytest.mark.parametrize(
    ("business_date", "delivered_on"),
    [("2025-10-15", OCTOBER), ("2025-11-15", OCTOBER), ("2026-07-15", JULY)],
    ids=["interim", "neither stopped ones nor records", "replaced"],
)
def test_claims_came_with_the_newest_delivery_that_counts(
    home: OcmoHome, business_date: str, delivered_on: dt.date
) -> None:
    night = dt.date.fromisoformat(business_date)
    assert claims_delivered_on(raw_inputs(open_lake(home), "maasoever", night), night) == delivered_on


def test_without_a_delivery_of_claims_the_night_itself_is_the_day(tmp_path: Path) -> None:
    home, night = home_in(tmp_path), dt.date(2025, 11, 15)
    publish_delivery(home, "berkenhof-2025-01", REPORTS, supplier="berkenhof", delivered_on=NOVEMBER)
    assert claims_delivered_on(raw_inputs(open_lake(home), "maasoever", night), night) == night
