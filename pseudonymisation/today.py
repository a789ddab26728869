"""Deliveries from the future: what is dated later than the day on which it is read is refused.

A clock that is wrong at the supplier would let a delivery count from another day than it came. Nothing here looks
at a clock: who runs the round gives its day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from pseudonymisation.errors import AheadOfDateError
from pseudonymisation.manifest import Manifest

DAYS_AHEAD = 1
"""So many days a delivery may be ahead: its supplier may be past midnight, or mean the night to come."""


@dataclass(frozen=True)
class Today:
    """The day of a round, and how many days a delivery may be dated after it."""

    day: date
    days_ahead: int = DAYS_AHEAD

    def require_past(self, manifest: Manifest) -> None:
        """Raise AheadOfDateError when a delivery is dated further after this day than is allowed."""
        if manifest.delivered_on > self.day + timedelta(days=self.days_ahead):
            raise AheadOfDateError(
                f"It is dated {manifest.delivered_on}, and it is {self.day}",
                where=manifest.delivery,
                remedy=f"{manifest.supplier} must look at its clock and seal a new delivery under its true date; if "
                "the date is meant, it is taken when that day has come.",
            )
