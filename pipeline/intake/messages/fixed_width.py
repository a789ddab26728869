"""Read a Vektis message: its form, its records as canonical rows block by block, and at the end its closing record."""

from __future__ import annotations

from pathlib import Path

from pipeline.intake.answers.rejected_message import whole_answer
from pipeline.intake.files.source_file import SourceFile
from pipeline.intake.messages.byte_blocks import BlockSizes
from pipeline.intake.messages.message_form import DEFAULT_SIZES, MessageForm
from pipeline.intake.messages.message_kind import FIELD, require_production
from pipeline.intake.messages.own_names import own_names
from pipeline.intake.messages.read_ahead import read_ahead
from pipeline.intake.messages.record_faults import OtherFaults
from pipeline.intake.messages.records_to_rows import staged_tables
from pipeline.intake.messages.trailer import ControlTotals
from pipeline.intake.staging import FileFacts, Reading


def read(
    source: SourceFile, *folders: Path, sizes: BlockSizes = DEFAULT_SIZES, allow_tests: bool = False
) -> Reading:
    """The canonical tables of a message; further `folders` may hold layouts and code lists.

    `allow_tests` takes declarations that are marked as a test.

    Raises:
        UnknownStandardError: when the first record names no standard with a layout.
        TruncatedFileError: when the file ends within a record or before the closing record.
        RecordLengthError: when a record is shorter or longer than the standard says.
        FileRefusedError: when a record is of an unknown kind, or not in its place; when the opening record has a
            fault, or says that the message is a test.
        OversizedGroupError: when the records of one insured are more than can be held.
        TrailerMismatchError: when the closing record's counts or totals differ from what the file holds.
    """
    form = MessageForm.of(source, *folders)
    layout = form.layout
    _require_production(form, allow_tests=allow_tests)
    totals, others = ControlTotals(layout), OtherFaults(layout)
    opening = None
    for block in read_ahead(form.blocks(source, sizes)):
        opening = opening or block.records(layout.header.code)
        cents = totals.add(block)
        others.add(block)
        yield from staged_tables(block, opening, cents, *folders)
    trailer_cents = totals.reconcile(block, source.name)
    rejected, said = whole_answer(layout, opening, totals.records, *folders)
    yield FileFacts(
        standard=layout.standard,
        version=layout.version,
        records=totals.by_code(),
        trailer_cents=trailer_cents,
        warnings=(*form.warnings, *said, *others.warnings()),
        rejected_message=rejected,
        names=own_names(layout, *folders),
    )


def _require_production(form: MessageForm, *, allow_tests: bool) -> None:
    """By the field of the opening record; a line that ends before it is left to the form."""
    field = form.layout.header.fields.get(FIELD)
    if field is None or len(form.opening_line) < field.end:
        return
    require_production(
        form.opening_line[field.start - 1 : field.end],
        is_answer=form.layout.answers is not None,
        allow_tests=allow_tests,
        where=f"{form.name}, line 1",
    )
