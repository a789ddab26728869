"""Is a workbook safe to open? A zip of some kilobytes can unpack to more than a machine holds.

Every member is unpacked once, piece by piece, and counted: what a zip says of the sizes of its members is not
believed. A sheet is held in memory as the whole rectangle between its first and its last cell, so the places of its
cells are looked at too: two cells in far corners are a rectangle of seventeen thousand million.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import PackedFileError

LARGEST = 2 << 30
"""Bytes that a workbook may unpack to. A sheet of a million rows and twenty columns has about half of it."""
MOST_CELLS = 50_000_000
MOST_ROWS = 1 << 20
MEMBERS = 2_000
PIECE = 1 << 20

_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_ENCRYPTED = 1
_PLACE = re.compile(rb'(?<=["cw])r="([A-Za-z]*)(\d+)"')  # of a cell or a row, wherever it stands in the tag
_QUOTES, _BLANKS = bytes.maketrans(b"'", b'"'), b" \t\r\n"
_OVERLAP = 64
_DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, OSError, ValueError, NotImplementedError)


def require_safe(path: Path, name: str, largest: int = LARGEST) -> None:
    """Raise unless this is a zip of plain members that together unpack to no more than `largest` bytes.

    Raises:
        PackedFileError: saying what it is instead.
    """
    left = largest
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            members = archive.infolist()
            if len(members) > MEMBERS:
                raise _refused(f"It has {len(members):,} members", name)
            for member in members:
                left = _require_small(_pieces(file, member, name), left, name)
    except _DAMAGED:
        raise _refused("It is no whole zip file", name) from None


def _require_small(pieces: Iterator[bytes], left: int, name: str) -> int:
    """How many bytes are left after this member."""
    rows = columns = 1
    tail = b""
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise _refused("It unpacks to more than a workbook holds", name, "Give the sheet as CSV.")
        text = tail + piece.translate(_QUOTES, _BLANKS)
        places = _PLACE.findall(text)
        rows = max([rows, *(int(row) for _, row in places)])
        columns = max([columns, *(_number(letters) for letters in {letters for letters, _ in places})])
        if rows > MOST_ROWS or rows * columns > MOST_CELLS:
            raise _refused("A sheet has cells too far apart", name, "Give the sheet as CSV.")
        tail = text[-_OVERLAP:]
    return left


def _number(letters: bytes) -> int:
    """The number of a column: A is 1, AA 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def _pieces(file: BinaryIO, member: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """What a member unpacks to."""
    if member.flag_bits & _ENCRYPTED:
        raise _refused("It is encrypted", name, "Save it without a password.")
    file.seek(member.header_offset)
    *_, name_length, extra_length = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
    file.seek(name_length + extra_length, 1)
    match member.compress_type:
        case zipfile.ZIP_STORED:
            yield from _read(file, member.compress_size)
        case zipfile.ZIP_DEFLATED:
            yield from _inflated(_read(file, member.compress_size))
        case _:
            raise _refused("It is packed in a way that workbooks are not", name)


def _read(file: BinaryIO, size: int) -> Iterator[bytes]:
    while size and (piece := file.read(min(PIECE, size))):
        size -= len(piece)
        yield piece


def _inflated(packed: Iterator[bytes]) -> Iterator[bytes]:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    for piece in packed:
        pending = piece
        while pending and not inflate.eof:
            yield inflate.decompress(pending, PIECE)
            pending = inflate.unconsumed_tail


def _refused(what: str, name: str, remedy: str = "Save it as a workbook (.xlsx) again.") -> PackedFileError:
    return PackedFileError(f"The workbook cannot be opened. {what}", where=name, remedy=remedy)
