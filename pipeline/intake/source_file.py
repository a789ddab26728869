"""A supplier's file as bytes: its name, its digest, and its text in UTF-8 whatever it was written in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pipeline.errors import FileRefusedError, TruncatedFileError

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class SourceFile:
    """The bytes of one file, under the name by which its errors are reported."""

    name: str
    content: bytes = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> SourceFile:
        """The file at this path.

        Raises:
            FileRefusedError: when it cannot be read.
            TruncatedFileError: when it is empty.
        """
        try:
            content = path.read_bytes()
        except OSError as error:
            raise FileRefusedError(f"The file cannot be read ({error.strerror})", where=path.name) from error
        if not content or content.isspace():
            raise TruncatedFileError("The file is empty", where=path.name, remedy="Ask for it again.")
        return cls(path.name, content)

    @cached_property
    def sha256(self) -> str:
        """Hex digest of the bytes as delivered."""
        return hashlib.sha256(self.content).hexdigest()

    def utf8(self) -> bytes:
        """The text in UTF-8, without byte order mark; what is no valid UTF-8 is taken for latin-1."""
        content = self.content.removeprefix(BYTE_ORDER_MARK)
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            return self.from_latin_1()
        return content

    def from_latin_1(self) -> bytes:
        """The text in UTF-8, the bytes taken for latin-1: some texts can be read either way."""
        return self.content.decode("latin-1").encode("utf-8")
