r"""The file of an audit log as bytes: whole lines, what may stand after the last of them, and one more line.

A line ends with `\n` and with nothing else: what a text editor also takes for the end of a line (a carriage return)
is part of one, and then it is none.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_END = b"\n"
_BEGINNING = b'{"action":"'
_LONGEST = 1 << 16


@dataclass(frozen=True)
class Contents:
    """What a file holds: its lines, each with its end, and the bytes after the last one."""

    lines: tuple[bytes, ...]
    rest: bytes

    @property
    def is_broken_off(self) -> bool:
        """Whether the rest may be the beginning of a line, whose writer was killed or found no room."""
        return begins_a_line(self.rest)


def contents(path: Path) -> Contents:
    """What the file holds; nothing when there is none."""
    *lines, rest = (path.read_bytes() if path.exists() else b"").split(_END)
    return Contents(tuple(line + _END for line in lines), rest)


def begins_a_line(rest: bytes) -> bool:
    """Whether these bytes can be what a role wrote of a line before it was stopped."""
    start = rest[: len(_BEGINNING)]
    fits = bool(rest) and len(rest) < _LONGEST and _BEGINNING.startswith(start)
    return fits and all(0x20 <= byte < 0x7F for byte in rest)


def add_line(path: Path, end: int, line: bytes) -> None:
    """Write a line at `end`, where the last whole one ends, over what was broken off; on disk when this returns."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        file.truncate(end)
        file.seek(end)
        file.write(line)
        file.flush()
        os.fsync(descriptor)
