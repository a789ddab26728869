"""What plausibility finds: one measure of one table, held against limits, in the shape of the gate's results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

LIMITS = Path(__file__).parent / "plausibility.yaml"
NEW_PERSONS, MIX = "new_persons", "mix"
DIGITS = 4
"""To how many significant decimals a measure is kept: more would only look exact."""


@cache
def settings() -> dict[str, Any]:
    """What `plausibility.yaml` says."""
    return dict(yaml.safe_load(LIMITS.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Measured:
    """Which measure of which table, and on which basis it is held against earlier deliveries."""

    table: str
    measure: str
    basis: str

    @property
    def limits(self) -> Mapping[str, float]:
        """`highest`, and `lowest` where the measure has one."""
        limits: Mapping[str, float] = settings()["tables"][self.table]["limits"][self.basis][self.measure]
        return limits


@dataclass(frozen=True)
class Finding:
    """A measure with its status, as the gate has it: "passed", "failed", "not applicable" or "error".

    Attributes:
        value: the measure now; of the mix its distance to the nearest earlier one, of new persons their share.
        earlier: the same measure by earlier delivery; empty where it has no value of its own there.
        violated, denominator: new persons of all persons; of any other measure 1 or 0 of 1.
    """

    measured: Measured
    status: str
    value: float | None = None
    earlier: Mapping[str, float] = field(default_factory=dict)
    violated: int = 0
    denominator: int = 0
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """The finding in the shape of a result of the gate, with its numbers beside; it only ever warns."""
        table, measure, limits = self.measured.table, self.measured.measure, self.measured.limits
        return {
            "check": f"{table}.{measure}.plausibility",
            "table": table,
            "columns": [],
            "type": "plausibility",
            "says": settings()["measures"][measure]["says"],
            "status": self.status,
            "violated": self.violated,
            "denominator": self.denominator,
            "threshold": str(limits["highest"]) if measure == NEW_PERSONS else "0",
            "severity": "warn",
            "endangers": list(settings()["tables"][table]["endangers"]),
            "reason": self.reason,
            "measure": measure,
            "basis": self.measured.basis,
            "value": None if self.value is None else round(self.value, DIGITS),
            "earlier": {name: round(value, DIGITS) for name, value in self.earlier.items()},
            "limits": dict(limits),
        }


def by_ratio(measured: Measured, value: float | None, earlier: Mapping[str, float]) -> Finding:
    """Held against multiples of the earlier values: the lowest of the smallest, the highest of the largest."""
    if value is None or not earlier or min(earlier.values()) <= 0:
        return not_applicable(measured, "there are no rows, persons or amounts to compare")
    lowest = measured.limits["lowest"] * min(earlier.values())
    highest = measured.limits["highest"] * max(earlier.values())
    if lowest <= value <= highest:
        return Finding(measured, "passed", value, earlier, denominator=1)
    before = ", ".join(f"{in_words(number)} in {name}" for name, number in earlier.items())
    allowed = f"from {in_words(lowest)} to {in_words(highest)} is as before"
    reason = f"{in_words(value)}, after {before}; {allowed}"
    return Finding(measured, "failed", value, earlier, 1, 1, reason)


def by_distance(measured: Measured, distances: Mapping[str, float]) -> Finding:
    """Held against the largest distance that the mix may have to the nearest earlier one."""
    nearest = min(distances, key=lambda name: (distances[name], name))
    value, highest = distances[nearest], measured.limits["highest"]
    if value <= highest:
        return Finding(measured, "passed", value, denominator=1)
    reason = f"{value:.1%} of the rows are of other kinds than in {nearest}; {highest:.1%} is allowed"
    return Finding(measured, "failed", value, {}, 1, 1, reason)


def by_share(measured: Measured, new: int, persons: int) -> Finding:
    """Held against the largest share of persons that may be new."""
    if not persons:
        return not_applicable(measured, "there are no persons")
    value, highest = new / persons, measured.limits["highest"]
    status = "passed" if value <= highest else "failed"
    reason = "" if status == "passed" else f"{new:,} of {persons:,} persons are new; {highest:.1%} is allowed"
    return Finding(measured, status, value, {}, new, persons, reason)


def in_words(number: float) -> str:
    """A measure as a person reads it: 14,050; 6.779; 0.0076."""
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.4g}"


def not_applicable(measured: Measured, reason: str) -> Finding:
    """A measure that there is nothing to hold against."""
    return Finding(measured, "not applicable", reason=reason)


def uncomputed(measured: Measured, error: Exception) -> Finding:
    """A measure that could not be computed: the kind of the error only, for its text may quote values."""
    return Finding(measured, "error", reason=f"it could not be computed ({type(error).__name__})")
