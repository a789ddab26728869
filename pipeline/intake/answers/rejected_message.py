"""An answer without records: it rejects the declaration as a whole, or it decides nothing.

It rejects when one of the message's own return codes says so, by the list `return_codes`: its level is `message` or
`claim`. With any other code, or none, nothing is known of the declaration's lines, and nothing is done to them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.intake.answers.return_codes import in_words
from pipeline.intake.columns.code_lists import code_list
from pipeline.intake.messages.message_refs import message_reference
from pipeline.intake.messages.record_block import Records
from pipeline.intake.messages.record_layout import Layout
from pipeline.intake.rules.field_rules import empty_zeros

CLAIMS = "claim_line"
CODES = ("return_code_01", "return_code_02", "return_code_03")
REJECTING = ("message", "claim")
"""Levels of the list `return_codes` that are about the declaration as a whole."""

UNDECIDED = "The answer holds no records, and no return code that rejects the whole message: nothing is decided by it."


class RejectedMessage(NamedTuple):
    """The declaration that is rejected (its `message_ref`), and why (a return code)."""

    message_ref: str
    return_code: str

    def says(self, *folders: Path) -> str:
        """A sentence for people; `folders` may hold an own list of return codes."""
        return (
            f"The insurer rejects the whole message, with return code {in_words(self.return_code, *folders)}: "
            "nothing is awarded on its lines."
        )


WholeAnswer = tuple[RejectedMessage | None, tuple[str, ...]]
"""What an answer without records rejects, and what there is to say of it."""


def rejection(message_ref: str | None, codes: Sequence[str | None], *folders: Path) -> WholeAnswer:
    """What an answer without records does, by the return codes on the message; `folders` may hold an own list."""
    known = code_list("return_codes", *folders).rows
    rejecting = set(known.filter(known["level"].is_in(REJECTING))["return_code"])
    code = next((code for code in codes if code in rejecting), None)
    if message_ref is None or code is None:
        return None, (UNDECIDED,)
    rejected = RejectedMessage(message_ref, code)
    return rejected, (rejected.says(*folders),)


def whole_answer(
    layout: Layout, opening: Records | None, counts: Mapping[str, int], *folders: Path
) -> WholeAnswer:
    """What a message in records rejects, by its opening record and its records by code: an empty answer only."""
    details = set(layout.records) - {layout.header.code, layout.trailer.record}
    is_answer = layout.answers is not None and CLAIMS in layout.canonical
    if opening is None or not is_answer or any(counts.get(code) for code in details):
        return None, ()
    fields, code = opening.fields(), layout.header.code
    named = fields.select(
        empty_zeros(field).alias(f"{code}.{name}")
        for name, field in layout.header.fields.items()
        if name in fields
    )
    reference = named.select(message_reference(layout.canonical[CLAIMS])).item()
    return rejection(reference, [fields[name][0] for name in CODES if name in fields], *folders)
