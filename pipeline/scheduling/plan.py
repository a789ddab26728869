"""What a backfill will do, said before it does it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pipeline.deliveries import Register, arrivals
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pipeline.reporting.issued import IssuedStatement, IssuedStatements
from pipeline.scheduling.nights import nights

WEEK = 7


@dataclass(frozen=True)
class BackfillPlan:
    """The nights of a backfill, oldest first, and what there is to know about them.

    `first_delivery` is the day of the earliest delivery that came by the last night; None when none did.
    `issued` are the statements that were issued on the figures of one of these nights.
    """

    nights: tuple[dt.date, ...]
    first_delivery: dt.date | None
    issued: tuple[IssuedStatement, ...]

    @property
    def without_data(self) -> int:
        """How many of the nights lie before the first delivery."""
        return sum(self.first_delivery is None or night < self.first_delivery for night in self.nights)

    @property
    def in_words(self) -> list[str]:
        """A line for each thing an operator should know beforehand."""
        number, first, last = len(self.nights), self.nights[0], self.nights[-1]
        if number == 1:
            lines = [f"The night of {first}."]
        else:
            lines = [f"{number} nights, {first} up to and including {last}:", *self._listed()]
        if self.first_delivery is None:
            lines.append("Nothing had been delivered by then.")
        elif without := self.without_data:
            have = "has" if without == 1 else "have"
            lines.append(f"The first delivery is of {self.first_delivery}: {without} of them {have} no data.")
        for one in self.issued:
            lines.append(
                f"{one.contract} {one.year} was issued on {one.business_date}: that statement stays as it is."
            )
        return lines

    def _listed(self) -> list[str]:
        """Every night, a week to a line."""
        days = [night.isoformat() for night in self.nights]
        return ["  " + " ".join(days[start : start + WEEK]) for start in range(0, len(days), WEEK)]


def plan_backfill(home: OcmoHome, first: dt.date, last: dt.date) -> BackfillPlan:
    """The nights from `first` to `last`, both included.

    Raises:
        SettingsError: when `first` comes after `last`.
    """
    period, register = tuple(nights(first, last)), open_lake(home).catalogue.engine
    came = [arrival.delivered_on for arrival in arrivals(home.inbox, last)]
    came += [row.delivered_on for row in Register(register).all()]
    days = [day for day in came if day is not None and day <= last]
    issued = tuple(one for one in IssuedStatements(register).all() if first <= one.business_date <= last)
    return BackfillPlan(period, min(days, default=None), issued)
