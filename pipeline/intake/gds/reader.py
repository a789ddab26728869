"""Read an XML message from end to end, piece by piece: blocks of performances, then what is known of the file.

Debits come in the order of the file; credits after them, when all debits of the message are known (`credits`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.intake.answers.rejected_message import WholeAnswer, rejection
from pipeline.intake.files.source_file import SourceFile
from pipeline.intake.gds.credits import Credits
from pipeline.intake.gds.events import PIECE_EVENTS, Events, Piece
from pipeline.intake.gds.identify import identify
from pipeline.intake.gds.layout import CREDIT_OF_SAME_MESSAGE, INSURED, REJECTION, XmlLayout
from pipeline.intake.gds.message import Message
from pipeline.intake.gds.own_names import own_names
from pipeline.intake.gds.performances import stagings
from pipeline.intake.gds.records import RecordFrame, frames, message_texts
from pipeline.intake.gds.steps import CREDIT, DEBIT, PERFORMANCES, Codes
from pipeline.intake.staging import FileFacts, Reading, StagedTable

ONE_LINE = (
    "Several performances begin on one line of the file: their numbers count on from the line, one for each."
)


def read(
    source: SourceFile, *folders: Path, piece_events: int = PIECE_EVENTS, allow_tests: bool = False
) -> Reading:
    """The canonical rows of an XML message, in blocks; `folders` may hold layouts and code lists.

    A row's number is the line where its performance (Prestatie) begins; where several begin on one line the next
    numbers. `piece_events` is about how many markers and texts are held at a time. `allow_tests`
    takes declarations that are marked as a test.

    Raises:
        UnknownStandardError: when it is another message, or an unknown version.
        TruncatedFileError: when it ends before its root element does.
        TrailerMismatchError: when its closing total differs from its performances.
        FileRefusedError: when it is no well-formed XML, holds what is not read, breaks a rule of the message, or is a
            test.
    """
    layout = identify(source, *folders)
    yield from _Reader(source, layout, folders, allow_tests=allow_tests).read(piece_events)


class _Reader:
    def __init__(
        self, source: SourceFile, layout: XmlLayout, folders: tuple[Path, ...], *, allow_tests: bool
    ) -> None:
        self._source, self._layout, self._codes = source, layout, Codes.of(layout)
        self._folders, self._stagings = folders, stagings(layout, *folders)
        self._message = Message(source.name, layout, allow_tests=allow_tests)
        self._counts: Counter[str] = Counter()
        self._cents, self._last_number, self._has_shared_lines = 0, 0, False
        self._message_codes: list[str] = []
        rule = next((rule for rule in layout.rules if rule.judged == CREDIT_OF_SAME_MESSAGE), None)
        self._credits = Credits(rule, source.workspace) if rule else None

    def read(self, piece_events: int) -> Iterator[StagedTable | FileFacts]:
        events = Events(self._source.name, self._layout, self._codes, piece_events)
        with self._source.open() as stream:
            for piece in events.read(stream):
                yield from self._blocks(piece)
        total, said = self._message.close(self._cents)
        if self._credits:
            yield from self._credits.released()
        rejected, decided = self._whole_answer(total)
        yield FileFacts(
            standard=self._layout.standard,
            version=self._layout.version,
            records={
                self._layout.records[name].element: self._counts[name] for name in (INSURED, *PERFORMANCES)
            },
            trailer_cents=total,
            warnings=(*said, *decided, *self._warnings(events.unknown)),
            rejected_message=rejected,
            names=own_names(self._layout, self._stagings),
        )

    def _blocks(self, piece: Piece) -> Iterator[StagedTable]:
        self._message.add(message_texts(piece, self._layout, self._codes))
        self._message.open()
        found = frames(piece, self._layout, self._codes)
        numbers = self._numbered(piece)
        if REJECTION in found:
            self._message_codes += found[REJECTION].fields.to_series().drop_nulls().to_list()
        self._counts[INSURED] += found[INSURED].fields.height - bool(piece.repeated)
        for name, staging in self._stagings.items():
            height = found[name].fields.height
            self._counts[name] += height
            if not height and name == CREDIT:
                continue
            self._cents += staging.cents(found)
            block = staging.stage(found, self._message.texts, numbers[name])
            if self._credits is None:
                yield block
            else:
                yield from self._kept_or_held(name, block, found[name], self._credits)

    def _kept_or_held(
        self, name: str, block: StagedTable, records: RecordFrame, credits: Credits
    ) -> Iterator[StagedTable]:
        if name == CREDIT:
            credits.hold(block, records.fields[f"{CREDIT}.corrected_reference"])
        else:
            credits.add_debits(records.fields[f"{DEBIT}.reference"])
            yield block

    def _numbered(self, piece: Piece) -> dict[str, NDArray[np.int64]]:
        """By record the numbers of its performances: their lines, or the next number where that is taken."""
        markers = {name: self._codes.markers[name] for name in PERFORMANCES}
        kinds = piece.codes[np.isin(piece.codes, list(markers.values()))]
        place = np.arange(len(kinds))
        numbers = np.maximum.accumulate(np.maximum(piece.lines - place, self._last_number + 1)) + place
        self._has_shared_lines |= bool((numbers != piece.lines).any())
        self._last_number = int(numbers[-1]) if len(numbers) else self._last_number
        return {name: numbers[kinds == marker] for name, marker in markers.items()}

    def _whole_answer(self, total: int | None) -> WholeAnswer:
        """What an answer without performances does: it rejects only when its stated total is nothing."""
        if not self._layout.answers or any(self._counts[name] for name in PERFORMANCES):
            return None, ()
        (first, *_) = self._stagings.values()
        codes = self._message_codes if total == 0 else []
        return rejection(first.message_ref(self._message.texts), codes, *self._folders)

    def _warnings(self, unknown: set[str]) -> Iterator[str]:
        named = sorted(name for name in unknown if name.isascii() and name.isalpha())
        if unknown:
            which = f" ({', '.join(named)})" if named else ""
            yield f"The file holds elements that the layout does not know{which}; they were left out."
        if self._has_shared_lines:
            yield ONE_LINE
