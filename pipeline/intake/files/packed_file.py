"""Gzip and zip files: one file in them, unpacked as a stream, within limits.

What a system adds of itself (`__MACOSX`, `.DS_Store`) does not count.

A small archive can unpack to more than any disk holds, so what comes out is counted while it is read. A zip file
with several members, an encrypted one, or one within another is refused: which of them is the delivery, and whether
it is whole, only the sender can tell.
"""

from __future__ import annotations

import gzip
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol

from pipeline.errors import PackedFileError

GZIP, ZIP = b"\x1f\x8b\x08", (b"PK\x03\x04", b"PK\x05\x06")
"""How they begin; a zip file without members begins with its end."""
WORKBOOK_MEMBER = "[Content_Types].xml"
ENCRYPTED = 0x1
DAMAGED = (
    EOFError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    gzip.BadGzipFile,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)
"""What the libraries raise on what is no archive, or one that was cut off, or packed in a way they do not know."""
REMEDY = "Give the file unpacked, or packed alone in a gzip or zip file."


@dataclass(frozen=True)
class Limits:
    """What unpacking may come to: so many bytes, and so many for each byte of the archive above `free_bytes`."""

    unpacked_bytes: int = 20_000_000_000
    ratio: int = 200
    free_bytes: int = 16_000_000

    def most(self, packed_bytes: int) -> int:
        """How many bytes an archive of this size may unpack to."""
        return min(self.unpacked_bytes, self.free_bytes + self.ratio * packed_bytes)


class Packing(Enum):
    """How a file is packed."""

    GZIP = "gzip"
    ZIP = "zip"


def packing_of(path: Path, first: bytes) -> Packing | None:
    """How the file with these first bytes is packed. A workbook is a zip file by form, and not taken for one."""
    if first.startswith(GZIP):
        return Packing.GZIP
    return Packing.ZIP if first.startswith(ZIP) and not is_workbook(path) else None


def is_workbook(path: Path) -> bool:
    """True for a zip file with the contents list of an Office document."""
    try:
        with zipfile.ZipFile(path) as archive:
            return WORKBOOK_MEMBER in archive.NameToInfo
    except DAMAGED:
        return False


@contextmanager
def unpacked(packed: io.FileIO, packing: Packing, name: str, limits: Limits) -> Iterator[io.RawIOBase]:
    """What the archive holds, as a stream.

    Raises:
        PackedFileError: when it is damaged, encrypted or not alone; while it is read also when it grows too large.
    """
    most = limits.most(packed.seek(0, io.SEEK_END))
    packed.seek(0)
    with ExitStack() as opened:
        try:
            if packing is Packing.GZIP:
                inner: _Readable = opened.enter_context(gzip.GzipFile(fileobj=packed))
            else:
                archive = opened.enter_context(zipfile.ZipFile(packed))
                inner = opened.enter_context(archive.open(_only_member(archive, name)))
        except DAMAGED as error:
            raise PackedFileError(
                f"The {packing.value} file cannot be opened ({type(error).__name__})",
                where=name,
                remedy=REMEDY,
            ) from error
        yield _Unpacking(inner, name, most)


def _only_member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    members = [
        member for member in archive.infolist() if not member.is_dir() and not _is_of_system(member.filename)
    ]
    if len(members) != 1:
        raise PackedFileError(f"The zip file holds {len(members)} files", where=name, remedy=REMEDY)
    if members[0].flag_bits & ENCRYPTED:
        raise PackedFileError("The zip file is encrypted", where=name, remedy=REMEDY)
    return members[0]


def _is_of_system(member: str) -> bool:
    """True of what macOS and Windows put beside the files that somebody packs."""
    parts = member.split("/")
    return "__MACOSX" in parts or parts[-1] in (".DS_Store", "Thumbs.db", "desktop.ini")


class _Readable(Protocol):
    """What both libraries give."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end."""


class _Unpacking(io.RawIOBase):
    """A stream that refuses to give more than it may, and what is damaged."""

    def __init__(self, inner: _Readable, name: str, most: int) -> None:
        self._inner, self._name, self._most, self._given = inner, name, most, 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer as far as there are bytes; 0 at the end."""
        try:
            piece = self._inner.read(len(buffer))
        except DAMAGED as error:
            raise PackedFileError(
                "The archive is damaged or was cut off",
                where=self._name,
                remedy="Pack it again, or have it sent again.",
            ) from error
        self._given += len(piece)
        if self._given > self._most:
            raise PackedFileError(
                f"The archive unpacks to more than {self._most:,} bytes",
                where=self._name,
                remedy="Give the file unpacked.",
            )
        buffer[: len(piece)] = piece
        return len(piece)
