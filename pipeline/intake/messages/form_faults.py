"""What makes a message no message: a record of another length, or one that is not in its place.

The first such line of the file refuses it, whichever fault it has.
"""

from __future__ import annotations

from typing import NoReturn

import polars as pl

from pipeline.errors import FileRefusedError, RecordLengthError, TruncatedFileError
from pipeline.intake.messages.byte_blocks import LONGEST_LINE
from pipeline.intake.messages.record_layout import Layout

COMPLETE = "Write the message out of your software again, whole, or have it sent again."


def detail_codes(layout: Layout) -> list[str]:
    """The codes of the records between the opening and the closing one; the first begins what is of one insured."""
    return [code for code in layout.records if code not in (layout.header.code, layout.trailer.record)]


def refuse_first_fault(
    lines: pl.DataFrame, layout: Layout, name: str, *, has_groups: bool, is_last: bool
) -> None:
    """Refuse the file for the first of these lines (line_number, code, line) that has a fault.

    The opening record comes first, the closing record last, each once; all others are of known kinds. Where there
    are records that begin a group, one of them comes before all other details. `has_groups` when one came before
    these lines, `is_last` when the file ends with them.

    Raises:
        TruncatedFileError: when the file ends within a record or before the closing record.
        RecordLengthError: when a record is shorter or longer than the standard says.
        FileRefusedError: when a record is of an unknown kind, or not in its place.
    """
    number, code = pl.col("line_number"), pl.col("code")
    ends = (number == number.max()) & is_last
    is_placed = (
        pl.when(ends)
        .then(code == layout.trailer.record)
        .otherwise((number == 1) | code.is_in(detail_codes(layout)))
    )
    length = pl.col("line").str.len_chars()
    group = code == detail_codes(layout)[0]
    is_late = group & group.is_first_distinct() & (number > 2) & (not has_groups)
    judged = lines.select(number, code, length=length, ends=ends, is_placed=is_placed & ~is_late)
    faulty = judged.filter((pl.col("length") != layout.record_length) | ~pl.col("is_placed"))
    if faulty.height:
        _refuse(layout, name, *faulty.drop("is_placed").row(0))


def _likely(length: int, needed: int) -> str:
    if length < needed:
        return "blanks at the end are part of it, and an editor may have stripped them. Use the file as it was made."
    return "did a tool change the file?"


def _refuse(layout: Layout, name: str, line_number: int, code: str, length: int, ends: bool) -> NoReturn:
    where = f"{name}, line {line_number}"
    needed = layout.record_length
    kind = f"Record {code}" if code in layout.records else "A record of unknown kind"
    if length < needed and ends:
        raise TruncatedFileError(
            f"The file ends after {length} of the {needed} characters of a record",
            where=where,
            remedy=COMPLETE,
        )
    if length != needed:
        has = f"{length}" if length <= LONGEST_LINE else f"more than {LONGEST_LINE:,}"
        raise RecordLengthError(
            f"{kind} has {has} characters instead of {needed}",
            where=where,
            remedy=f"All records of {layout.title} have {needed}: {_likely(length, needed)}",
        )
    if ends:
        raise TruncatedFileError(
            f"The file ends without its closing record {layout.trailer.record}", where=where, remedy=COMPLETE
        )
    if code == detail_codes(layout)[0]:
        raise FileRefusedError(
            f"The first record {code} stands behind details that belong to none, from line 2 on",
            where=where,
            remedy=f"In {layout.title} the details of an insured follow its record {code}: ask for the file in order.",
        )
    raise FileRefusedError(
        f"{kind} stands between the opening and the closing record",
        where=where,
        remedy=f"{layout.title} has records {', '.join(layout.records)}, and one message a file.",
    )
