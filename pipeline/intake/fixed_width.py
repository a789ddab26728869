"""Read a Vektis message: lines of one length, an opening record, detail records, a closing record.

The lines are read once, as one text column; the fields of a kind of record are cut out when they are asked
for, so that names and addresses that nobody needs are never cut out at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import polars as pl

from pipeline.errors import FileRefusedError, RecordLengthError, TruncatedFileError
from pipeline.intake.layouts import identify
from pipeline.intake.record_layout import Field, Layout
from pipeline.intake.source_file import SourceFile

COMPLETE = "Ask the sender for the complete file."


@dataclass(frozen=True)
class Message:
    """A message in the right form: `lines` has line_number (UInt32, from 1), code (two digits) and line."""

    layout: Layout
    lines: pl.DataFrame = field(repr=False)

    def count(self, code: str) -> int:
        """The number of records of this code."""
        return int((self.lines["code"] == code).sum())

    def records(self, code: str, *names: str) -> pl.DataFrame:
        """The records of one code: line_number, and the named fields as text, null when blank.

        Without names all fields but the reserved positions. AN fields are stripped; N fields keep their zeros.
        """
        fields = self.layout.records[code].fields
        wanted = names or tuple(name for name, field in fields.items() if field.obligation != "S")
        return self.lines.filter(pl.col("code") == code).select(
            "line_number", *(_cut(fields[name]) for name in wanted)
        )


def read_message(source: SourceFile, *folders: Path) -> Message:
    """Read a message and judge its form; further `folders` may hold layouts.

    Raises:
        UnknownStandardError: when the first record names no standard with a layout.
        TruncatedFileError: when the file ends within a record or before the closing record.
        RecordLengthError: when a record is shorter or longer than the standard says.
        FileRefusedError: when a record is of an unknown kind, or not in its place.
    """
    lines = _lines(source)
    if not lines.height:
        raise TruncatedFileError("The file is empty", where=source.name, remedy=COMPLETE)
    layout = identify(lines["line"][0], *folders, where=f"{source.name}, line 1")
    lines = lines.select("line_number", pl.col("line").str.slice(0, 2).alias("code"), "line")
    _refuse_other_lengths(lines, layout, source.name)
    _refuse_misplaced_records(lines, layout, source.name)
    return Message(layout, lines)


def _lines(source: SourceFile) -> pl.DataFrame:
    """line_number and line; of two ways to read the text, the one in which all records have one length."""
    lines = _split(source.utf8())
    if not _have_one_length(lines):
        otherwise = _split(source.from_latin_1())
        if _have_one_length(otherwise):
            return otherwise
    return lines


def _have_one_length(lines: pl.DataFrame) -> bool:
    return lines.select(pl.col("line").str.len_chars().n_unique() <= 1).item() is True


def _split(text: bytes) -> pl.DataFrame:
    """line_number and line, without the empty lines at the end."""
    lines = pl.read_lines(text, row_index_name="line_number", row_index_offset=1)
    lines = lines.with_columns(pl.col("line").str.strip_suffix("\r"))
    filled = lines.select((pl.col("line") != "").arg_true().max()).item()
    return lines.head(0 if filled is None else filled + 1)


@cache
def _cut(field: Field) -> pl.Expr:
    """Made once for each field: many files are small, and then making expressions is most of the work."""
    text = pl.col("line").str.slice(field.start - 1, field.length)
    if field.type == "N":
        return pl.when(text != " " * field.length).then(text).alias(field.name)
    stripped = text.str.strip_chars(" ")
    return pl.when(stripped != "").then(stripped).alias(field.name)


def _refuse_other_lengths(lines: pl.DataFrame, layout: Layout, name: str) -> None:
    lengths = lines.select("line_number", "code", length=pl.col("line").str.len_chars())
    wrong = lengths.filter(pl.col("length") != layout.record_length)
    if not wrong.height:
        return
    line_number, code, length = wrong.row(0)
    where = f"{name}, line {line_number}"
    if line_number == lines.height and length < layout.record_length:
        raise TruncatedFileError(
            f"The file ends after {length} of the {layout.record_length} characters of a record",
            where=where,
            remedy=COMPLETE,
        )
    kind = f"Record {code}" if code in layout.records else "A record of unknown kind"
    raise RecordLengthError(
        f"{kind} has {length} characters instead of {layout.record_length} ({wrong.height} such records)",
        where=where,
        remedy=f"All records of {layout.title} have {layout.record_length}: did a tool change the file?",
    )


def _refuse_misplaced_records(lines: pl.DataFrame, layout: Layout, name: str) -> None:
    """The opening record comes first, the closing record last, each once; all others are known."""
    first, last = layout.header.code, layout.trailer.record
    if lines["code"][-1] != last:
        raise TruncatedFileError(
            f"The file ends without its closing record {last}",
            where=f"{name}, line {lines.height}",
            remedy=COMPLETE,
        )
    details = set(layout.records) - {first, last}
    misplaced = lines.slice(1, lines.height - 2).filter(~pl.col("code").is_in(sorted(details)))
    if lines.height < 2 or misplaced.height:
        line_number, code = misplaced.row(0)[:2] if misplaced.height else (1, last)
        kind = f"Record {code} stands" if code in layout.records else "A record of unknown kind stands"
        raise FileRefusedError(
            f"{kind} between the opening and the closing record",
            where=f"{name}, line {line_number}",
            remedy=f"{layout.title} has records {', '.join(layout.records)}, and one message a file.",
        )
