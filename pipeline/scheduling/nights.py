"""Which nights a period has, and how Airflow names them.

The night of business date D is the run of `dags/nightly.py` whose interval starts on D at two in the night,
Amsterdam time. In March two o'clock does not exist on one day, in October it comes twice: a night is known by
the date on which its interval starts in Amsterdam, never by an hour.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from pipeline.errors import SettingsError

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def nights(first: dt.date, last: dt.date) -> list[dt.date]:
    """Every business date from `first` to `last`, both included, oldest first.

    Raises:
        SettingsError: when `first` comes after `last`.
    """
    if first > last:
        raise SettingsError(
            f"The period ends ({last}) before it begins ({first})", remedy="Give the earlier date first."
        )
    return [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]


def window(first: dt.date, last: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """From the first moment of `first` to the last second of `last`, in Amsterdam.

    Airflow takes bare dates as midnight UTC; the last night would then be left out in silence.
    """
    return (
        dt.datetime.combine(first, dt.time.min, AMSTERDAM),
        dt.datetime.combine(last, dt.time(23, 59, 59), AMSTERDAM),
    )


def business_date_of(interval_start: str) -> dt.date:
    """The business date of a run, from the start of its interval (`logical_date`) as Airflow writes it."""
    return dt.datetime.fromisoformat(interval_start).astimezone(AMSTERDAM).date()
