"""Business dates: as written, never guessed."""

from __future__ import annotations

import datetime as dt

import pytest

from pipeline.errors import SettingsError
from pipeline.periods import business_date, first_day, last_day


def test_a_business_date() -> None:
    assert business_date("2026-07-15") == dt.date(2026, 7, 15)
    assert business_date("2024-02-29") == dt.date(2024, 2, 29)


@pytest.mark.parametrize("text", ["2026-13-01", "2025-02-29", "15-07-2026", "today", "", "2026-7-15", "2026"])
def test_what_is_no_business_date(text: str) -> None:
    with pytest.raises(SettingsError, match="no business date") as refused:
        business_date(text)
    assert refused.value.remedy == "Write it as YYYY-MM-DD, for instance 2026-07-15."


def test_a_calendar_year() -> None:
    assert (first_day(2025), last_day(2025)) == (dt.date(2025, 1, 1), dt.date(2025, 12, 31))
