"""A supplier's file: its name, its digest, and its bytes as a stream, unpacked where it is a gzip or zip file."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pipeline.errors import FileRefusedError, PackedFileError, TruncatedFileError
from pipeline.intake.files.packed_file import GZIP, ZIP, Limits, Packing, is_workbook, packing_of, unpacked

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
HEAD_BYTES = 65_536
DEFAULT_LIMITS = Limits()
MAGIC_BYTES = 4
AGAIN = "Export it again, or have it sent again."


@dataclass(frozen=True)
class SourceFile:
    """One file on disk, under the name by which its errors are reported.

    Nothing of it is held in memory. `workspace` is the private folder for what has to be unpacked on disk.
    """

    name: str
    disk: Path = field(repr=False)
    packing: Packing | None
    workspace: Path = field(repr=False)
    limits: Limits
    _stamp: tuple[int, int] = field(repr=False)

    @classmethod
    def at(cls, path: Path, *, workspace: Path, limits: Limits = DEFAULT_LIMITS) -> SourceFile:
        """The file at this path.

        Raises:
            FileRefusedError: when it cannot be read.
            TruncatedFileError: when it is empty.
            PackedFileError: when it is packed in a way that is not opened.
        """
        try:
            with path.open("rb") as stream:
                stamp = _stamp(stream)
                first = stream.read(MAGIC_BYTES)
        except OSError as error:
            raise FileRefusedError(f"The file cannot be read ({error.strerror})", where=path.name) from error
        packing = packing_of(path, first)
        source = cls(path.name, path, packing, workspace, limits, stamp)
        head = source.head()
        if not head or (len(head) < HEAD_BYTES and head.isspace()):
            raise TruncatedFileError("The file is empty", where=path.name, remedy=AGAIN)
        if packing:
            source._refuse_nested(head)
        return source

    @contextmanager
    def open(self) -> Iterator[io.RawIOBase]:
        """The unpacked bytes from the start, as a stream; a fresh one each time.

        Raises:
            FileRefusedError: when it cannot be opened.
            PackedFileError: when it is damaged or grows beyond the limits; also later, while it is read.
        """
        with ExitStack() as opened:
            try:
                stream = opened.enter_context(self.disk.open("rb", buffering=0))
            except OSError as error:
                raise self._unreadable(error) from error
            if self.packing is None:
                yield stream
            else:
                yield opened.enter_context(unpacked(stream, self.packing, self.name, self.limits))

    def head(self, size: int = HEAD_BYTES) -> bytes:
        """The first unpacked bytes, at most so many: enough to tell what it is."""
        with self.open() as stream:
            return read_up_to(stream, size)

    def path(self) -> Path:
        """Where the unpacked bytes are on disk: the file itself, or a copy in the workspace."""
        return self.disk if self.packing is None else self._spooled

    @cached_property
    def sha256(self) -> str:
        """Hex digest of the bytes as delivered, packed or not.

        Raises:
            FileRefusedError: when the file was changed since it was opened.
        """
        try:
            with self.disk.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
                is_same = _stamp(stream) == self._stamp
        except OSError as error:
            raise self._unreadable(error) from error
        if not is_same:
            raise FileRefusedError(
                "The file was changed while it was read", where=self.name, remedy="Wait until it is complete."
            )
        return digest

    @cached_property
    def _spooled(self) -> Path:
        handle, name = tempfile.mkstemp(dir=self.workspace, prefix="unpacked-")
        with os.fdopen(handle, "wb") as copy, self.open() as stream:
            shutil.copyfileobj(stream, copy, HEAD_BYTES)
        return Path(name)

    def _unreadable(self, error: OSError) -> FileRefusedError:
        return FileRefusedError(f"The file cannot be read ({error.strerror})", where=self.name, remedy=AGAIN)

    def _refuse_nested(self, head: bytes) -> None:
        """One archive is opened; a workbook is a zip file, and no archive."""
        if head.startswith(GZIP) or (head.startswith(ZIP) and not is_workbook(self.path())):
            raise PackedFileError(
                "The archive holds another archive",
                where=self.name,
                remedy="Pack the file once, or not at all.",
            )


def read_up_to(stream: io.RawIOBase, size: int) -> bytes:
    """So many bytes, or all that are left: a raw stream may give fewer at a time."""
    pieces = bytearray()
    while len(pieces) < size and (piece := stream.read(size - len(pieces))):
        pieces += piece
    return bytes(pieces)


def _stamp(stream: io.IOBase) -> tuple[int, int]:
    """By which a change of the file shows: its size and time of change."""
    status = os.fstat(stream.fileno())
    return status.st_size, status.st_mtime_ns
