"""A calendar quarter: what an interim report is about."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from pipeline.errors import SettingsError

NOTATION = re.compile(r"(20\d{2})Q([1-4])")
DAYS_UNTIL_REPORT = dt.timedelta(days=15)
"""From a quarter's last day to the day on which its report is made: the 15th of the next month."""


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter of a calendar year, written as 2025Q3."""

    year: int
    number: int

    def __str__(self) -> str:
        """'2025Q3'."""
        return f"{self.year}Q{self.number}"

    @property
    def last_day(self) -> dt.date:
        """The last day of the quarter."""
        return (dt.date(self.year, 3 * self.number, 28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(
            1
        )

    @property
    def reported_on(self) -> dt.date:
        """The day up to which nights are looked at for the report: the 15th of the month after."""
        return self.last_day + DAYS_UNTIL_REPORT

    @classmethod
    def of(cls, text: str) -> Quarter:
        """The quarter that a text such as '2025Q3' names.

        Raises:
            SettingsError: when it names none.
        """
        match = NOTATION.fullmatch(text)
        if match is None:
            raise SettingsError(f"'{text}' is no quarter", remedy="Write year and quarter, such as 2025Q3.")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def ended_before(cls, day: dt.date) -> Quarter:
        """The latest quarter that is over on a day."""
        index = 4 * day.year + (day.month - 1) // 3 - 1
        return cls(index // 4, index % 4 + 1)
