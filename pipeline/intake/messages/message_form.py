"""The form of a message, judged block by block: lines of one length, an opening record, details, a closing record.

Each line has the layout's length and a code in its place. The first one that has not refuses the file, so that what
is refused, and where, does not depend on the blocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pipeline.errors import OversizedGroupError
from pipeline.intake.files.source_file import BYTE_ORDER_MARK, SourceFile
from pipeline.intake.messages.block_lines import BlockLines, block_lines
from pipeline.intake.messages.byte_blocks import BlockSizes, ByteBlock, byte_blocks
from pipeline.intake.messages.form_faults import detail_codes, refuse_first_fault
from pipeline.intake.messages.layouts import identify
from pipeline.intake.messages.record_block import RecordBlock
from pipeline.intake.messages.record_faults import require_sound_opening
from pipeline.intake.messages.record_layout import Layout
from pipeline.intake.messages.text_lines import Places

DEFAULT_SIZES = BlockSizes()


@dataclass
class Told:
    """Records of which a person is told: how many, and the line of the first."""

    count: int = 0
    first: int = 0

    def add(self, lines: Places) -> None:
        """More of them, by line, in order."""
        if len(lines):
            self.first = self.first or int(lines[0])
            self.count += len(lines)

    def __str__(self) -> str:
        """'1 record (line 2)', '3 records (the first in line 2)'."""
        return (
            f"1 record (line {self.first})"
            if self.count == 1
            else f"{self.count:,} records (the first in line {self.first})"
        )


@dataclass
class MessageForm:
    """What is known of a message's form so far: its layout, and what came of the lines that were read."""

    layout: Layout
    name: str
    opening_line: str = ""
    line_count: int = 0
    group_count: int = 0
    latin_1: Told = field(default_factory=Told)
    trimmed: Told = field(default_factory=Told)

    @classmethod
    def of(cls, source: SourceFile, *folders: Path) -> MessageForm:
        """The form that the first record names; further `folders` may hold layouts.

        Raises:
            UnknownStandardError: when it names no standard with a layout.
        """
        first = source.head().removeprefix(BYTE_ORDER_MARK).split(b"\n", 1)[0]
        line = first.decode("latin-1")
        return cls(identify(line, *folders, where=f"{source.name}, line 1"), source.name, line)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know of the file as a whole, after it was read."""
        found = []
        if self.latin_1.count:
            found.append(f"Read as latin-1, not as UTF-8: {self.latin_1}.")
        if self.trimmed.count:
            found.append(f"Blanks beyond the length of a record were cut away: {self.trimmed}.")
        return tuple(found)

    def blocks(self, source: SourceFile, sizes: BlockSizes = DEFAULT_SIZES) -> Iterator[RecordBlock]:
        """The records of the file, whole groups at a time.

        Raises:
            TruncatedFileError: when the file ends within a record or before the closing record.
            RecordLengthError: when a record is shorter or longer than the standard says.
            FileRefusedError: when a record is of an unknown kind, or not in its place, or the opening one has a fault.
            OversizedGroupError: when the records of one insured are more than can be held.
        """
        for block in byte_blocks(source, detail_codes(self.layout)[0], sizes):
            records = self._judged(block)
            if block.is_cut:
                raise OversizedGroupError(
                    f"The records of one insured are more than {sizes.group_bytes:,} bytes",
                    where=f"{self.name}, from line {records.lines['line_number'][0]}",
                    remedy="Ask for a message in which each insured has a record, before the records of its care.",
                )
            yield records

    def _judged(self, block: ByteBlock) -> RecordBlock:
        found = block_lines(block.content, self.layout.record_length)
        if block.is_last:
            found = found.without_empty_end()
        self.latin_1.add(found.latin_1 + self.line_count + 1)
        self.trimmed.add(found.trimmed + self.line_count + 1)
        lines = self._numbered(found.texts)
        if not self.line_count:
            self._require_sound_opening(lines, found, block)
        refuse_first_fault(
            lines, self.layout, self.name, has_groups=self.group_count > 0, is_last=block.is_last
        )
        begins_group = (lines["code"] == detail_codes(self.layout)[0]).cum_sum().cast(pl.UInt32)
        lines = lines.with_columns(group=begins_group + self.group_count)
        self.line_count += lines.height
        self.group_count = int(lines["group"][-1])
        return RecordBlock(self.layout, lines, found.even, found.rows)

    def _require_sound_opening(self, lines: pl.DataFrame, found: BlockLines, block: ByteBlock) -> None:
        """Judge the first line alone, so that its faults come before those of any other line."""
        first = lines.head(1)
        is_all = block.is_last and lines.height == 1
        refuse_first_fault(first, self.layout, self.name, has_groups=False, is_last=is_all)
        alone = first.with_columns(group=pl.lit(0, pl.UInt32))
        opening = RecordBlock(self.layout, alone, found.even, found.rows[:1])
        require_sound_opening(opening.records(self.layout.header.code), self.name)

    def _numbered(self, lines: pl.Series) -> pl.DataFrame:
        frame = lines.to_frame("line").with_row_index("line_number", offset=self.line_count + 1)
        return frame.select("line_number", pl.col("line").str.slice(0, 2).alias("code"), "line")
