"""Whether an audit log is what its role wrote: nothing changed, taken out, moved, or cut off.

The chain of hashes shows what was done to a line that others follow. What was cut off at the end shows in the logs
of others (`audit_witness`).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from pseudonymisation.audit import NO_LINE, Line
from pseudonymisation.audit_file import contents
from pseudonymisation.errors import AuditError

_RING = Path("keys", "ring.json")
"""Where a home's key ring says whose it is."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with a log, and at which line of the file (from 1)."""

    line: int
    what: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}"


@dataclass(frozen=True)
class Checked:
    """A log that was looked at: its lines that can be read, and what is wrong.

    Attributes:
        is_broken_off: after the last line stands the beginning of another, whose writer was killed or found no
            room. It counts for nothing, and the next line takes its place.
    """

    path: Path
    lines: tuple[Line, ...]
    faults: tuple[Fault, ...]
    is_broken_off: bool = False

    @property
    def owner(self) -> str:
        """The name of the role whose log it is; empty when it has no line."""
        return self.lines[0].name if self.lines else ""

    @property
    def role(self) -> str:
        """The role that it has in its log, likewise."""
        return self.lines[0].role if self.lines else ""


def check(path: Path) -> Checked:
    """Look at a log.

    Raises:
        AuditError: when there is none.
    """
    if not path.is_file():
        raise AuditError(
            "There is no audit log",
            where=str(path),
            remedy="Give the home of a role that has done something.",
        )
    lines: list[Line] = []
    faults: list[Fault] = []
    previous, expected = NO_LINE, 1
    held = contents(path)
    for place, data in enumerate(held.lines, start=1):
        try:
            line = Line.decode(data)
        except ValueError:
            faults.append(Fault(place, "it was changed: this is no line that a role writes"))
            previous, expected = "", expected + 1
            continue
        if line.number != expected:
            faults.append(Fault(place, _misplaced(line.number, expected)))
        elif previous and line.previous != previous:
            faults.append(
                Fault(place, f"line {place - 1} was changed after this one was written, or this one was")
            )
        if lines and (line.role, line.name) != (lines[0].role, lines[0].name):
            faults.append(Fault(place, "it is of another role's log"))
        lines.append(line)
        previous, expected = hashlib.sha256(data).hexdigest(), line.number + 1
    if held.rest and not held.is_broken_off:
        told = "it is no line: what stands after the last one was not written by a role"
        faults.append(Fault(len(held.lines) + 1, told))
    if lines and not _fits_ring(path, lines[0]):
        faults.append(Fault(1, "it is of another role than the key ring beside it"))
    if not lines and not faults:
        faults.append(Fault(1, "it is missing: the log is empty, and a log begins with its first line"))
    return Checked(path, tuple(lines), tuple(faults), held.is_broken_off)


def _fits_ring(path: Path, line: Line) -> bool:
    """Whether a log in a role's home is that role's; also when no key ring lies there that may be read."""
    try:
        raw = json.loads((path.parent / _RING).read_bytes())
        return bool((line.role, line.name) == (raw["role"], raw["name"]))
    except (OSError, ValueError, KeyError, TypeError):
        return True


def _misplaced(number: int, expected: int) -> str:
    if number < expected:
        return f"it is line {number} of the log, and stands out of its order"
    missing = str(expected) if number == expected + 1 else f"{expected} to {number - 1}"
    return (
        f"it is line {number} of the log: {missing} before it {'is' if missing.isdigit() else 'are'} missing"
    )


def require_whole(path: Path) -> tuple[Line, ...]:
    """The lines of a log in which nothing is wrong.

    Raises:
        AuditError: naming the first fault.
    """
    checked = check(path)
    if checked.faults:
        raise AuditError(
            f"The audit log is not what was written: {checked.faults[0]}",
            where=str(path),
            remedy="Find out who changed it; put it back from a backup.",
        )
    return checked.lines
