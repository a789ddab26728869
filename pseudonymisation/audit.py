"""A role's audit log: one line of JSON for each thing it did, with the hash of the line before it.

Who, for which contract and delivery, how many, under which digests and key version, with what result, and nothing
that says who somebody is (`audit_line`). There is no time in it, for nothing here reads a clock: the order is that of
the lines, and `on` is the business date.

A line that was changed, taken out or moved breaks the chain (`audit_check`). A cut tail does not; so the head of
the log goes out with every manifest that the role signs, and who receives it writes it into a log of its own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pseudonymisation.audit_file import add_line, contents
from pseudonymisation.audit_line import DONE, NO_LINE, Entry, Line
from pseudonymisation.dropfolder import exclusive, storing
from pseudonymisation.errors import AuditError, PseudonymisationError, StorageError
from pseudonymisation.identity import PublicIdentity

__all__ = ["DONE", "NO_LINE", "AuditLog", "Entry", "Line", "noting_refusal"]

FILE_NAME = "audit.jsonl"


@dataclass
class _Read:
    """What was read of a log: where its lines end, how many there are, its head, and which entries it has."""

    stamp: tuple[int, ...]
    end: int
    number: int
    head: str
    entries: set[bytes]


class AuditLog:
    """The log of one role, in one file that is only ever added to."""

    def __init__(self, path: Path, owner: PublicIdentity) -> None:
        self.path = path
        self._owner = owner
        self._known: _Read | None = None

    @classmethod
    def of_home(cls, home: Path, owner: PublicIdentity) -> AuditLog:
        """The log in a role's home."""
        return cls(home / FILE_NAME, owner)

    def append(self, entry: Entry) -> str:
        """Add a line, on disk when this returns; the log's new head.

        Raises:
            AuditError: when the log holds what is no line: it was changed, so nothing may be added to it.
            StorageError: when it cannot be written.
        """
        with self._locked():
            return self._add(entry, self._read())

    def append_once(self, entry: Entry) -> str:
        """The same, unless the log has this entry: of a step that was killed and runs again. The log's head."""
        with self._locked():
            read = self._read()
            return read.head if _digest(entry) in read.entries else self._add(entry, read)

    def lines(self) -> list[Line]:
        """All lines. One that was broken off while it was written, and so has no end, does not count.

        Raises:
            AuditError: when there is anything else in the log.
        """
        held = contents(self.path)
        try:
            if held.rest and not held.is_broken_off:
                raise ValueError("no beginning of a line")
            return [Line.decode(line) for line in held.lines]
        except ValueError:
            raise AuditError(
                "The audit log holds what is no line of it",
                where=str(self.path),
                remedy="`ocmo audit verify` says where. Find out who changed it; put it back from a backup.",
            ) from None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (
            storing(self._owner.name, self.path),
            exclusive(self.path.with_name(f".{self.path.name}.lock")),
        ):
            yield

    def _read(self) -> _Read:
        """What the log holds now; read once, and again only when somebody else has written to the file."""
        stamp = self._stamp()
        if self._known is None or self._known.stamp != stamp:
            lines = self.lines()
            end = sum(map(len, contents(self.path).lines))
            head = lines[-1].head if lines else f"0:{NO_LINE}"
            self._known = _Read(stamp, end, len(lines), head, {_digest(line.entry) for line in lines})
        return self._known

    def _add(self, entry: Entry, read: _Read) -> str:
        before = read.head.partition(":")[2]
        line = Line(read.number + 1, before, self._owner.role, self._owner.name, entry)
        data = line.encode()
        self._known = None
        add_line(self.path, read.end, data)
        read.entries.add(_digest(entry))
        self._known = _Read(self._stamp(), read.end + len(data), line.number, line.head, read.entries)
        return line.head

    def _stamp(self) -> tuple[int, ...]:
        """What is another when anybody wrote to the file: its number on disk, size, and time of last change."""
        if not self.path.exists():
            return ()
        status = self.path.stat()
        return status.st_ino, status.st_size, status.st_ctime_ns


@contextmanager
def noting_refusal(log: AuditLog | None, entry: Entry) -> Iterator[None]:
    """Whatever is refused in here stands in the log as `entry` with the kind of refusal, and goes on its way."""
    try:
        yield
    except StorageError:
        raise  # there may be no room for a line either
    except PseudonymisationError as error:
        if log is not None:
            log.append_once(replace(entry, result=error.kind))
        raise


def _digest(entry: Entry) -> bytes:
    return hashlib.sha256(json.dumps(vars(entry), sort_keys=True).encode()).digest()
