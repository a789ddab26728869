"""Business time: the dates figures are about, never the clock.

A delivery says on which day it was delivered; the night of a day sees the deliveries up to that day.
Nothing in the pipeline asks what time it is.
"""

from __future__ import annotations

import datetime as dt

from pipeline.errors import SettingsError


def business_date(text: str) -> dt.date:
    """The date in `text` (YYYY-MM-DD).

    Raises:
        SettingsError: when the text is no date.
    """
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(
            f"'{text}' is no business date", remedy="Write it as YYYY-MM-DD, for instance 2026-07-15."
        ) from error


def first_day(year: int) -> dt.date:
    """1 January of a calendar year."""
    return dt.date(year, 1, 1)


def last_day(year: int) -> dt.date:
    """31 December of a calendar year."""
    return dt.date(year, 12, 31)
