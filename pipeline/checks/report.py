"""What the gate found, and what follows from it. Counts only: no value ever gets into a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pipeline.checks.definitions import Check

PLAUSIBILITY = "plausibility"
"""The type of the results that `deliveries.plausibility` gives."""


class Status(StrEnum):
    """What became of one check."""

    ERROR = "error"
    NOT_APPLICABLE = "not applicable"
    FAILED = "failed"
    PASSED = "passed"


FAILED = (Status.FAILED, Status.ERROR)
"""The statuses of a check that nobody may take for passed."""


class Outcome(StrEnum):
    """What becomes of the delivery."""

    PASSED = "passed"
    WARNED = "warned"
    STOPPED = "stopped"


@dataclass(frozen=True)
class CheckResult:
    """One check with what it found: rows that violate it, of the rows it could judge."""

    check: Check
    status: Status
    violated: int = 0
    denominator: int = 0
    reason: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    """Of plausibility: the measure, its value, the earlier ones and the limits."""

    @classmethod
    def judged(cls, check: Check, *, violated: int, denominator: int) -> CheckResult:
        """Failed when the share that violates is above the check's threshold; exact, without floats."""
        if denominator == 0:
            return cls(check, Status.NOT_APPLICABLE, reason="there are no values to judge")
        status = Status.FAILED if violated > check.threshold * denominator else Status.PASSED
        return cls(check, status, violated, denominator)

    @property
    def outcome(self) -> Outcome:
        """What this result alone means for the delivery.

        A check that could not be computed proves nothing: it stops the delivery, whatever its severity. What
        is unlike earlier deliveries may be true all the same, so plausibility only warns.
        """
        if self.status is Status.ERROR and self.check.type != PLAUSIBILITY:
            return Outcome.STOPPED
        if self.status is Status.ERROR:
            return Outcome.WARNED
        if self.status is Status.FAILED:
            return Outcome.STOPPED if self.check.severity == "stop" else Outcome.WARNED
        return Outcome.PASSED

    @property
    def found(self) -> str:
        """What it found, in words: its reason, or '3 of 1,000 rows, allowed 0.1%'; empty for nothing to judge."""
        if self.reason or not self.denominator:
            return self.reason
        return f"{self.violated:,} of {self.denominator:,} rows, allowed {self.check.threshold:%}"

    def __str__(self) -> str:
        """One line for the operator."""
        return f"{self.check.id} {self.status}: {self.check.says} ({self.found})"

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> CheckResult:
        """A result that was kept as plain values, or that another judge than the gate gives as such."""
        check = Check(
            id=raw["check"],
            table=raw["table"],
            type=raw["type"],
            columns=tuple(raw["columns"]),
            parameters={},
            says=raw["says"],
            threshold=Decimal(raw["threshold"]),
            severity=raw["severity"],
            endangers=tuple(raw["endangers"]),
        )
        found = cls(check, Status(raw["status"]), raw["violated"], raw["denominator"], raw["reason"])
        return replace(found, details={key: raw[key] for key in raw if key not in found.as_json()})

    def as_json(self) -> dict[str, Any]:
        """This result as plain values, ready for JSON."""
        return {
            "check": self.check.id,
            "table": self.check.table,
            "columns": list(self.check.columns),
            "type": self.check.type,
            "says": self.check.says,
            "status": str(self.status),
            "violated": self.violated,
            "denominator": self.denominator,
            "threshold": str(self.check.threshold),
            "severity": self.check.severity,
            "endangers": list(self.check.endangers),
            "reason": self.reason,
            **self.details,
        }


@dataclass(frozen=True)
class GateReport:
    """The results of every check on one delivery, in the order of `checks.yaml`, then those of plausibility."""

    results: tuple[CheckResult, ...]

    @property
    def outcome(self) -> Outcome:
        """Stopped when any result stops; else warned when any warns; else passed."""
        severest_first = (Outcome.STOPPED, Outcome.WARNED, Outcome.PASSED)
        found = {result.outcome for result in self.results}
        return next((outcome for outcome in severest_first if outcome in found), Outcome.PASSED)

    @property
    def findings(self) -> tuple[CheckResult, ...]:
        """The results that stop or warn."""
        return tuple(result for result in self.results if result.outcome is not Outcome.PASSED)

    @property
    def endangered(self) -> tuple[str, ...]:
        """The outputs that the findings endanger, in alphabetical order."""
        return tuple(sorted({output for result in self.findings for output in result.check.endangers}))

    def as_json(self) -> dict[str, Any]:
        """The report as plain values, ready for JSON."""
        return {
            "outcome": str(self.outcome),
            "endangered": list(self.endangered),
            "results": [result.as_json() for result in self.results],
        }
