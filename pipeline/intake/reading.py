"""Which reader reads a file: a supplier's mapping says it is a table; else its first bytes tell."""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import FileRefusedError, UnknownStandardError
from pipeline.intake import gds, tables
from pipeline.intake.files.source_file import SourceFile
from pipeline.intake.messages import fixed_width
from pipeline.intake.messages.message_form import MessageForm
from pipeline.intake.staging import Reading
from pipeline.intake.tables.form import SEPARATORS
from pipeline.intake.tables.parquet_reader import MAGIC
from pipeline.intake.tables.reader import WORKBOOKS

UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def read(
    source: SourceFile,
    mapping: Path | None,
    year: int | None,
    *folders: Path,
    allow_tests: bool = False,
) -> Reading:
    """The file's blocks and facts, by the reader that it asks for.

    Args:
        source: the file.
        mapping: the supplier's mapping, of a table; None for a message of a known standard.
        year: the calendar year that the delivery is about, for the mappings that need it.
        folders: may hold layouts and code lists besides those of the software.
        allow_tests: takes declarations that are marked as a test (`message_kind`).

    Raises:
        LayoutError: when the mapping or a layout cannot be used.
        FileRefusedError: when the file is refused as a whole; its classes say why.
    """
    if mapping is not None:
        return tables.read(source, tables.load_mapping(mapping, *folders), year)
    head = source.head()
    if gds.is_xml(head):
        return gds.read(source, *folders, allow_tests=allow_tests)
    if head.startswith(UTF_16):
        raise UnknownStandardError(
            "The file is written in UTF-16, in which no message is",
            where=source.name,
            remedy="Ask for the message as its standard says; a table needs its mapping (--mapping).",
        )
    if _looks_like_a_table(head):
        raise UnknownStandardError(
            "The file is a table: it does not say itself what its columns mean",
            where=source.name,
            remedy="Give its mapping (--mapping, or `mapping` in supplier.yaml); "
            f"`ocmo supplier map {source.name}` proposes one.",
        )
    return fixed_width.read(source, *folders, allow_tests=allow_tests)


def standard_of(source: SourceFile, *folders: Path) -> str | None:
    """Standard and version of a message, 'MZ301 1.3'; None where the file is none that is known."""
    head = source.head()
    try:
        if gds.is_xml(head):
            return gds.identify(source, *folders).title
        return MessageForm.of(source, *folders).layout.title
    except FileRefusedError:
        return None


def _looks_like_a_table(head: bytes) -> bool:
    """True of Parquet and workbooks, and of text whose first line has separators and is no opening record."""
    if head.startswith((MAGIC, *WORKBOOKS)):
        return True
    first = head.partition(b"\n")[0]
    return not first[:9].isdigit() and any(sign.encode() in first for sign in SEPARATORS)
