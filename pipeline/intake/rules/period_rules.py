"""Does a row belong into this delivery: into the period that it is about, and before the day it is delivered on?

A delivery adds one calendar year; which date tells the year of a row, the canonical tables say (`about`).
Rows of earlier years are lawful in it: a credit and a line that comes late are delivered when they are known.
Rows of later years are not, nor is what happened after the day of delivery: such a row is rejected. A delivery
whose rows are mostly of other years is another period's, and is refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.canonical import About, CanonicalTable
from pipeline.errors import FileRefusedError, SettingsError
from pipeline.intake.rules.findings import Check
from pipeline.periods import last_day

HAPPENED = {
    "access_measure": "measured_date",
    "claim_line": "invoiced_date",
    "clinical_event": "event_date",
    "control_total": "as_of_date",
    "non_claim_payment": "paid_date",
    "patient_report": "report_date",
}
"""By table the date that cannot lie after the day of delivery."""

OUTSIDE_SHARE = 0.5
"""The share of rows of other years above which a delivery is another period's."""


@dataclass(frozen=True)
class Window:
    """What a delivery is about: its calendar year, and its day. None where a file is checked by itself."""

    year: int | None = None
    delivered_on: dt.date | None = None

    @classmethod
    def of(cls, period: str | None, delivered_on: dt.date | None = None) -> Window:
        """The window of a delivery with this period ('2025').

        Raises:
            SettingsError: when the period is no calendar year.
        """
        if period is None:
            return cls(None, delivered_on)
        if len(period) != 4 or not period.isdecimal():
            raise SettingsError(f"'{period}' is no period", remedy="Give a calendar year, for instance 2025.")
        return cls(int(period), delivered_on)

    def checks(self, table: CanonicalTable) -> list[Check]:
        """What must hold of each row of this table."""
        about, happened = _dated(table), HAPPENED.get(table.name)
        found = []
        if self.year is not None and about:
            later = pl.col(about.date) > last_day(self.year)
            found.append(Check(about.date, "period", f"{about.date} lies after the delivery's period", later))
        if self.delivered_on is not None and happened:
            later = pl.col(happened) > self.delivered_on
            found.append(Check(happened, "delivered_on", f"{happened} lies after the day of delivery", later))
        return found


def _dated(table: CanonicalTable) -> About | None:
    """What tells a row's year; None where nothing does, and for a register, whose months are cut to the year."""
    return table.about if table.about and not table.about.months else None


@dataclass(frozen=True)
class PeriodCount:
    """The rows of a table in a file by which its year is judged, and those of them outside the period."""

    rows: int = 0
    outside: int = 0

    def __add__(self, other: PeriodCount) -> PeriodCount:
        """Both together."""
        return PeriodCount(self.rows + other.rows, self.outside + other.outside)


def count_outside(
    rows: pl.DataFrame, table: CanonicalTable, findings: pl.DataFrame, window: Window
) -> PeriodCount:
    """How many of a file's rows are of another year.

    A claim line that corrects another is left out: it has the date of what it corrects. For tables without a
    date of their own, rows outside are those that broke the rule `period`.
    """
    about = _dated(table)
    if window.year is None or about is None:
        broken = findings.filter(pl.col("rule") == "period")["row_number"].n_unique()
        return PeriodCount(rows.height, broken)
    dated = rows.filter(pl.col(about.date).is_not_null())
    if about.corrects:
        dated = dated.filter(pl.col(about.corrects).is_null())
    outside = int((dated[about.date].dt.year() != window.year).sum())
    return PeriodCount(dated.height, outside)


def require_period(
    files: Sequence[tuple[str, dict[str, PeriodCount]]], period: str, share: float = OUTSIDE_SHARE
) -> None:
    """Refuse files, by name with their counts by table, that together are about another period.

    Raises:
        FileRefusedError: when of some table more than `share` of the rows lie outside; it names the files.
    """
    for table in sorted({table for _, counts in files for table in counts}):
        counted = [(name, counts[table]) for name, counts in files if table in counts]
        rows = sum(count.rows for _, count in counted)
        outside = sum(count.outside for _, count in counted)
        if outside <= share * rows:
            continue
        foreign = [
            f"{name} ({count.outside:,} of {count.rows:,})" for name, count in counted if count.outside
        ]
        raise FileRefusedError(
            f"{outside:,} of {rows:,} rows for {table} lie outside {period}, the period of the delivery",
            where=", ".join(foreign),
            remedy="Give the files of this period, or deliver these under their own.",
        )
