"""The list to mend in the standard's own form: a return message with our findings, for the supplier's eyes only.

Where a standard has a return message (see `layouts.answer_to`), its records hold those of the declaration with room for
return codes after them. A record with rejecting findings gets the codes that say them, at most three; every finding,
also one without a code and one that only warns, stands in a comment record after its record. The standard asks for
awarded amounts, and allows zero: as we are not the insurer and decide on no amount, zero stands in all of them. So that
nobody books it, the message is marked as a test.

The file holds what the supplier sent itself, persons' numbers and names with it: it stays where it is written, and
only its owner may read it.
"""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from pipeline.errors import LayoutError, UnknownStandardError
from pipeline.intake.answers.return_notes import Notes
from pipeline.intake.answers.return_records import ReturnRecords
from pipeline.intake.files.source_file import SourceFile
from pipeline.intake.messages import layouts
from pipeline.intake.messages.message_form import MessageForm
from pipeline.intake.messages.record_layout import Layout

if TYPE_CHECKING:
    from pipeline.intake.check import CheckedFile


def write_return(
    source: Path,
    checked: CheckedFile,
    path: Path,
    *,
    layout_folders: Sequence[Path] = (),
    returned_on: dt.date | None = None,
) -> None:
    """Write the return message on a checked declaration: UTF-8, lines ending in CR and LF.

    Args:
        source: the declaration.
        checked: what was found in it.
        path: the file to make; one that is there is replaced.
        layout_folders: may hold further layouts and code lists.
        returned_on: the date of the answer; without it that of the invoice.

    Raises:
        LayoutError: when the standard has no return message with a layout.
        FileRefusedError: when the source cannot be read as it was checked.
    """
    answer = _answer_to(checked, layout_folders)
    records = ReturnRecords(answer, Notes.of(checked.findings, layout_folders), returned_on)
    with tempfile.TemporaryDirectory() as workspace:
        opened = SourceFile.at(source, workspace=Path(workspace))
        blocks = MessageForm.of(opened, *layout_folders).blocks(opened)
        _publish(path, (records.of_block(block) for block in blocks))


def _answer_to(checked: CheckedFile, layout_folders: Sequence[Path]) -> Layout:
    try:
        answer = layouts.answer_to(
            layouts.load(checked.standard, checked.version, *layout_folders), *layout_folders
        )
    except UnknownStandardError:
        answer = None
    if answer is None:
        answered = (layout.answers for layout in layouts.all_layouts(*layout_folders) if layout.answers)
        known = ", ".join(f"{each.standard} {each.version}" for each in answered)
        raise LayoutError(
            f"{checked.standard} {checked.version} has no return message with a layout",
            where=checked.name,
            remedy=f"Use the list to mend. There are return messages to {known}.",
        )
    return answer


def _publish(path: Path, blocks: Iterator[pl.Series]) -> None:
    """The lines in the file of this name, whole or not at all, readable by its owner only."""
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            for lines in blocks:
                lines.to_frame().write_csv(
                    file, include_header=False, quote_style="never", line_terminator="\r\n"
                )
        Path(unfinished).replace(path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
