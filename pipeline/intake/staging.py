"""Rows on their way, block by block: canonical columns, a person's BSN as delivered, what is wrong with them so far.

Every reader of a file (`reading`) gives the same: blocks in the order of the file, then once, last, the facts of
the file as a whole. A block is as much as is held in memory at a time; what comes of a file does not depend on
where it is cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from pipeline.canonical.schema import CanonicalTable
from pipeline.intake.rules.own_names import OwnNames

MESSAGE_REF, RECORD_REF, ANSWERED_ON = "message_ref", "record_ref", "answered_on"
WORKING = (MESSAGE_REF, RECORD_REF, ANSWERED_ON)
"""Columns of claims in messages by which answers find their claims; text, and never sealed."""


@dataclass(frozen=True)
class StagedTable:
    """One block of one canonical table: every row in it that the file delivers, the faulty ones too.

    `rows` has row_number (UInt32: the line, or the row of a sheet, that it comes from), of persons bsn as it was
    delivered, and the canonical columns. Of claims in a message it also has the `WORKING` columns: `message_ref`, the
    message that the claim was declared in (declaring party and invoice number, joined by '|': the same in the
    declaration and in its return), `record_ref`, the number of its detail record, and `answered_on`, the date of a
    return as it writes it. `findings` has the schema FINDINGS. `delivered_rows` and `delivered_cents` were counted on
    the file's own lines, before anything was joined. `is_answer` when the rows only tell what became of claims that
    another file of the delivery declares: by themselves they are no claim lines.
    """

    table: CanonicalTable
    record_code: str
    rows: pl.DataFrame = field(repr=False)
    findings: pl.DataFrame = field(repr=False)
    delivered_rows: int
    delivered_cents: int
    is_answer: bool = False


@dataclass(frozen=True)
class FileFacts:
    """What is known of a file when its last block was read.

    `records` counts by record code, by name of element, or as "row"; `trailer_cents` is the total that the file
    states itself, None where it states none. `warnings` and `notes` are whole sentences about the file, for people:
    what they should look at, and what was merely found, such as the separator of its cells.
    `rejected_message` is set by a return that rejects a declaration as a whole: its `message_ref`, and the return code.
    `names` tells what the fields of findings are called in the file.
    """

    standard: str
    version: str
    records: dict[str, int]
    trailer_cents: int | None
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    rejected_message: tuple[str, str] | None = None
    names: OwnNames = field(default_factory=dict, repr=False)


Reading = Iterator[StagedTable | FileFacts]
"""Blocks in the order of the file; the facts exactly once, last. Raises a FileRefusedError at any moment."""
