"""A CSV's bytes as text: which encoding it is in, and the text block by block, as UTF-8 with plain line ends.

A byte order mark decides; then zero bytes, which are UTF-16 without a mark; then whether all of the file is
UTF-8. What is left is taken for windows-1252, which is ISO-8859-1 with more signs; the five bytes that it does not
know make it ISO-8859-1.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from io import RawIOBase

from pipeline.errors import FileRefusedError
from pipeline.intake.files.source_file import read_up_to
from pipeline.intake.tables.form import ENCODINGS

Opened = Callable[[], AbstractContextManager[RawIOBase]]
"""The file as a stream of bytes from its start; it may be opened more than once."""

CHUNK = 1 << 20
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_NOT_IN_WINDOWS_1252 = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))


@dataclass(frozen=True)
class Encoding:
    """Python's `codec`, the bytes of a byte order mark before the text, and whether lines end in a bare CR."""

    codec: str
    mark: int = 0
    has_bare_returns: bool = False


def find_encoding(opened: Opened, named: str | None = None) -> Encoding:
    """The encoding of a file; `named` is what the mapping says of it."""
    with opened() as file:
        start = read_up_to(file, CHUNK)
    for mark, codec in _MARKS:
        if start.startswith(mark):
            return Encoding(codec, len(mark), _bare(start[len(mark) :], codec))
    if named is not None and named != "utf-16":
        codec = ENCODINGS[named]
    else:
        codec = _utf_16(start, sure=named == "utf-16") or _eight_bits(opened)
    return Encoding(codec, 0, _bare(start, codec))


def utf8_blocks(opened: Opened, encoding: Encoding, where: str) -> Iterator[bytes]:
    """The text in UTF-8, piece by piece, every line end a line feed; pieces end anywhere between characters.

    Raises:
        FileRefusedError: when it is not text in this encoding.
    """
    decoder = codecs.getincrementaldecoder(encoding.codec)()
    with opened() as file:
        read_up_to(file, encoding.mark)
        returned = b""
        while True:
            chunk = read_up_to(file, CHUNK)
            try:
                text = returned + decoder.decode(chunk, final=not chunk).encode("utf-8")
            except UnicodeError:
                raise FileRefusedError(
                    f"The file is no text in {encoding.codec}",
                    where=where,
                    remedy="Name its `encoding` in the mapping's `format`, or ask for the file in UTF-8.",
                ) from None
            # A carriage return at the end of a piece may belong to the line feed that begins the next.
            returned = b"\r" if chunk and text.endswith(b"\r") else b""
            text = text[: len(text) - len(returned)].replace(b"\r\n", b"\n")
            yield text.replace(b"\r", b"\n") if encoding.has_bare_returns else text
            if not chunk:
                return


def _utf_16(start: bytes, *, sure: bool) -> str | None:
    """UTF-16 without its mark: most second bytes of a table are zero, or most first ones."""
    first, second = start[0::2].count(0), start[1::2].count(0)
    if sure or 5 * max(first, second) > len(start):
        return "utf-16-be" if first > second else "utf-16-le"
    return None


def _eight_bits(opened: Opened) -> str:
    """UTF-8, windows-1252 or latin-1, whichever all of the file can be."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, is_windows = True, True
    with opened() as file:
        while is_utf8 or is_windows:
            chunk = read_up_to(file, CHUNK)
            try:
                is_utf8 = is_utf8 and decoder.decode(chunk, final=not chunk) is not None
            except UnicodeDecodeError:
                is_utf8 = False
            is_windows = is_windows and len(chunk.translate(None, _NOT_IN_WINDOWS_1252)) == len(chunk)
            if not chunk:
                break
    if is_utf8:
        return "utf-8"
    return "cp1252" if is_windows else "latin-1"


def _bare(start: bytes, codec: str) -> bool:
    text = start[: len(start) // 4 * 4].decode(codec, errors="replace")
    return "\r" in text and "\n" not in text
