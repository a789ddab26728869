"""A delivery's way through the three roles, from their audit logs.

What was sealed is known by the digest over all its blobs (`Manifest.halves_digest`), which each role works out for
itself from the manifest it got. So lines of three logs that have the same digest are about the same sealed bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pseudonymisation.audit import DONE, Line
from pseudonymisation.audit_check import Checked
from pseudonymisation.errors import AuditError

HALVES = "halves"
STEPS = {
    "seal": "the supplier sealed it",
    "map": "the TTP gave pseudonyms",
    "open": "the OCMO opened it",
    "acknowledge": "the OCMO acknowledged it to the TTP",
    "forget": "the TTP removed its identifiers",
}
"""The way of a delivery, in order, by the action of the line that each step leaves."""


@dataclass(frozen=True)
class Trail:
    """All lines about one delivery, in the order of the way.

    Attributes:
        sealed: the digest of the sealing that the last of its steps is about; empty when none has one.
    """

    delivery: str
    lines: tuple[Line, ...]
    sealed: str

    @property
    def missing(self) -> list[str]:
        """The steps that no line of this sealing tells of."""
        done = {line.entry.action for line in self.lines if self.is_of_sealing(line) and _is_done(line)}
        return [step for step in STEPS if step not in done]

    def is_of_sealing(self, line: Line) -> bool:
        """Whether a line is about the sealing that went the furthest; another is of a run that was broken off."""
        return line.entry.digests.get(HALVES, "") in ("", self.sealed)


def trail(delivery: str, logs: Sequence[Checked]) -> Trail:
    """The way of a delivery.

    Raises:
        AuditError: when no log has a line about it.
    """
    found = [line for log in logs for line in log.lines if line.entry.delivery == delivery]
    if not found:
        raise AuditError(
            f"No log tells of delivery '{delivery}'",
            remedy="Give the logs of the roles it went through; `ocmo audit show` without --delivery lists all.",
        )
    ordered = sorted(found, key=_by_step)
    return Trail(delivery, tuple(ordered), _furthest(ordered))


def deliveries(logs: Iterable[Checked]) -> list[str]:
    """Every delivery that a log tells of, by name."""
    return sorted({line.entry.delivery for log in logs for line in log.lines if line.entry.delivery})


def _furthest(ordered: Sequence[Line]) -> str:
    sealings = [
        line.entry.digests[HALVES] for line in ordered if _is_done(line) and HALVES in line.entry.digests
    ]
    return sealings[-1] if sealings else ""


def _is_done(line: Line) -> bool:
    return line.entry.result == DONE


def _by_step(line: Line) -> tuple[int, str, int]:
    steps = list(STEPS)
    place = steps.index(line.entry.action) if line.entry.action in steps else len(steps)
    return place, line.name, line.number
