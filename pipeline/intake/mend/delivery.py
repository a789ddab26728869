"""What came of files that were checked together: of each, and of all of them as one delivery."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from pipeline.errors import FileRefusedError
from pipeline.intake.accounts import TableAccount
from pipeline.intake.checked_file import CheckedFile, count_persons
from pipeline.intake.mend.summary import REFUSED, Refusal, file_summary
from pipeline.intake.rules.period_rules import Window

OUTCOMES = ("accepted", "accepted with warnings", "accepted with rejected rows", REFUSED)
"""From good to bad: a delivery is no better than the worst of its files."""

REFUSED_TOO = "refused with its delivery"
"""The outcome of a file that is good, in a delivery that is refused for what its files are together."""


@dataclass(frozen=True)
class DeliveryResult:
    """Files in their order, what they were held against, and why nothing of them can be delivered, if so.

    `refusal` is the first of a file, or that of all of them `together`, each of which may be good by itself.
    """

    files: tuple[CheckedFile | Refusal, ...]
    window: Window = field(default_factory=Window)
    refusal: FileRefusedError | None = field(default=None, repr=False)
    is_together: bool = False

    @property
    def checked(self) -> tuple[CheckedFile, ...]:
        """The files that could be read to their end."""
        return tuple(file for file in self.files if isinstance(file, CheckedFile))

    @property
    def outcome(self) -> str:
        """One of OUTCOMES."""
        if self.refusal:
            return REFUSED
        return max((file.outcome for file in self.files), key=OUTCOMES.index, default=OUTCOMES[0])

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The outcome of each file."""
        return tuple(
            REFUSED_TOO if self.is_together and file.outcome != REFUSED else file.outcome
            for file in self.files
        )

    @property
    def tables(self) -> dict[str, TableAccount]:
        """By canonical table what became of its rows and cents, over all files, in alphabetical order."""
        sums: dict[str, TableAccount] = {}
        for file in self.checked:
            for name, account in file.accounts.items():
                sums[name] = sums.get(name, TableAccount()) + account
        return dict(sorted(sums.items()))

    @property
    def rows_without_amount(self) -> dict[str, int]:
        """By table with money the rejected rows whose amount cannot be read, over all files."""
        unread: Counter[str] = Counter()
        for file in self.checked:
            unread.update(file.rows_without_amount)
        return dict(sorted(unread.items()))

    @property
    def persons(self) -> int:
        """The number of different persons among the accepted rows of all files."""
        return count_persons(self.checked)

    @property
    def not_checked(self) -> tuple[str, ...]:
        """What the files were not held against, and what to give for it."""
        period = "the period that the rows are about (--period)"
        day = "that nothing happened after the day of delivery (--delivered-on)"
        return (
            *((period,) if self.window.year is None else ()),
            *((day,) if self.window.delivered_on is None else ()),
        )

    def summary(self) -> dict[str, Any]:
        """The delivery in figures, JSON-able; of a refused one also why."""
        delivered_on = self.window.delivered_on
        told: dict[str, Any] = {"outcome": self.outcome}
        if self.refusal:
            told |= {
                "reason": self.refusal.what,
                "where": self.refusal.where,
                "remedy": self.refusal.remedy,
            }
        return told | {
            "period": None if self.window.year is None else str(self.window.year),
            "delivered_on": delivered_on.isoformat() if delivered_on else None,
            "not_checked": list(self.not_checked),
            "files": len(self.files),
            "files_by_outcome": dict(Counter(sorted(self.outcomes))),
            "persons": self.persons,
            "tables": {name: asdict(account) for name, account in self.tables.items()},
            "rows_without_amount": self.rows_without_amount,
        }

    def file_summaries(self) -> tuple[dict[str, Any], ...]:
        """Each file in figures, with its outcome in this delivery."""
        summaries = (file_summary(file) for file in self.files)
        return tuple(
            summary | {"outcome": outcome} for summary, outcome in zip(summaries, self.outcomes, strict=True)
        )
