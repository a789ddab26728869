"""Business dates and Airflow's runs: Airflow's own timetable is the judge, both changes of the clock included."""

from __future__ import annotations

import datetime as dt

import pytest

from pipeline.errors import SettingsError
from pipeline.scheduling.nights import AMSTERDAM, business_date_of, nights, window


def airflows_runs(first: dt.date, last: dt.date) -> list[tuple[dt.date, dt.datetime]]:
    """(business date, start of the interval in Amsterdam) of the runs that Airflow makes of the window."""
    import pendulum
    from airflow.timetables.base import TimeRestriction
    from airflow.timetables.interval import CronDataIntervalTimetable

    timetable = CronDataIntervalTimetable("0 2 * * *", timezone="Europe/Amsterdam")
    earliest, latest = (pendulum.instance(moment) for moment in window(first, last))
    found, info = [], None
    while info := timetable.next_dagrun_info_v2(
        last_dagrun_info=info, restriction=TimeRestriction(earliest, latest, catchup=True)
    ):
        assert info.logical_date is not None
        start = info.logical_date.isoformat()
        found.append((business_date_of(start), info.logical_date.astimezone(AMSTERDAM)))
    return found


@pytest.mark.parametrize("year", [2025, 2026])
def test_airflow_runs_each_night_of_a_year_once_with_both_changes_of_the_clock(year: int) -> None:
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    assert [date for date, _ in airflows_runs(first, last)] == nights(first, last)


@pytest.mark.parametrize(
    ("night", "starts"),
    [
        ("2026-03-28", "2026-03-28T02:00:00+01:00"),
        ("2026-03-29", "2026-03-29T03:00:00+02:00"),  # there is no two o'clock
        ("2026-03-30", "2026-03-30T02:00:00+02:00"),
        ("2025-10-25", "2025-10-25T02:00:00+02:00"),
        ("2025-10-26", "2025-10-26T02:00:00+01:00"),  # the second two o'clock of that night
        ("2025-10-27", "2025-10-27T02:00:00+01:00"),
    ],
)
def test_a_backfill_of_one_night_is_that_night(night: str, starts: str) -> None:
    date = dt.date.fromisoformat(night)
    ((found, start),) = airflows_runs(date, date)
    assert found == date
    assert start.isoformat() == starts


def test_the_last_night_is_included_which_a_bare_date_would_leave_out() -> None:
    """Airflow reads a bare date as midnight UTC: in winter that is before two o'clock in Amsterdam."""
    first, last = dt.date(2025, 1, 4), dt.date(2025, 1, 5)
    assert [date for date, _ in airflows_runs(first, last)] == [first, last]
    bare = dt.datetime(2025, 1, 5, tzinfo=dt.UTC)
    ((_, start),) = airflows_runs(last, last)
    assert bare < start <= window(first, last)[1]


def test_airflows_own_notation_of_a_moment() -> None:
    assert business_date_of("2026-07-14T00:00:00Z") == dt.date(2026, 7, 14)
    assert business_date_of("2026-01-14T01:00:00Z") == dt.date(2026, 1, 14)


def test_a_period_that_ends_before_it_begins() -> None:
    with pytest.raises(
        SettingsError, match=r"The period ends \(2026-07-01\) before it begins \(2026-07-02\)"
    ):
        nights(dt.date(2026, 7, 2), dt.date(2026, 7, 1))
