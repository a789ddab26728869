"""Cut a message into blocks of bytes, each of whole groups: what belongs to one insured stays in one block.

A group begins with a record of the layout's first kind of detail, the insured record. Where there is none, all records
of the message are one group. What a file gives must not depend on where it is cut, so no rule here looks at a block.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.intake.files.source_file import BYTE_ORDER_MARK, SourceFile

LONGEST_LINE = 1_048_576
"""No record of any standard is nearly as long; a line that is longer is not read to its end."""


@dataclass(frozen=True)
class BlockSizes:
    """How much is held in memory: about `block_bytes`, or one group, of at most `group_bytes`."""

    block_bytes: int = 32_000_000
    group_bytes: int = 128_000_000


@dataclass(frozen=True)
class ByteBlock:
    """Whole lines; `is_last` when the file ends with them, `is_cut` when their group goes on beyond what is held."""

    content: memoryview
    is_last: bool = False
    is_cut: bool = False


def byte_blocks(source: SourceFile, group_code: str, sizes: BlockSizes) -> Iterator[ByteBlock]:
    """The file in blocks that end where a line ends and a group begins; the last one ends where the file does.

    The byte order mark is left out. A line beyond `LONGEST_LINE` ends the last block, cut off. After a block that is
    cut there is no other.
    """
    with source.open() as stream:
        yield from _blocks(stream, b"\n" + group_code.encode("ascii"), sizes)


def _blocks(stream: io.RawIOBase, group_start: bytes, sizes: BlockSizes) -> Iterator[ByteBlock]:
    held = _followed(b"", stream, sizes.block_bytes)
    is_last = len(held) < sizes.block_bytes
    held = held.removeprefix(BYTE_ORDER_MARK)
    while not is_last:
        cut = held.rfind(group_start) + 1
        rest = memoryview(held)[cut:]
        if cut:
            yield ByteBlock(memoryview(held)[:cut])
        last_line = held.rfind(b"\n") + 1
        if len(held) - last_line > LONGEST_LINE:
            yield ByteBlock(memoryview(held)[cut : last_line + LONGEST_LINE + 1], is_last=True)
            return
        if len(rest) > sizes.group_bytes and last_line > cut:
            yield ByteBlock(memoryview(held)[cut:last_line], is_cut=True)
            return
        held = _followed(rest, stream, sizes.block_bytes)
        is_last = len(held) < len(rest) + sizes.block_bytes
    yield ByteBlock(memoryview(held), is_last=True)


def _followed(rest: bytes | memoryview, stream: io.RawIOBase, size: int) -> bytes:
    """The rest, and after it so many bytes of the stream; fewer only where it ends."""
    pieces = [rest]
    while size and (piece := stream.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)
