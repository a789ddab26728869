"""An XML message as one stream: a marker where a record begins, and the text of each field, in order of the file.

This is the only place that goes through a message element by element, so it does no more than that: which record a
text belongs to follows from the markers before it (`records`). The stream is handed out in pieces that end where a
performance or an insured ends; nothing of a piece is kept but the last insured, whose fields are repeated before the
next one.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.errors import FileRefusedError
from pipeline.intake.gds.layout import XmlLayout
from pipeline.intake.gds.parsing import CHUNK_BYTES, DEEPEST, SEPARATOR, Parser
from pipeline.intake.gds.steps import NOT_READ, Codes, Step, steps

PIECE_EVENTS = 500_000
"""About so many markers and texts are a piece: some 20,000 performances."""
MOST_EVENTS = 2_000_000
"""How many one performance, or the head of the message, may hold."""
LONGEST_TEXT = 1_000
PRESENT = "true"
SHOWN_UNKNOWN = 10


@dataclass(frozen=True)
class Piece:
    """A part of the stream: for each event its code (see `Codes`) and its text, null for markers.

    `lines` has for each performance's marker, in order, the line where it begins. The first `repeated` events are
    those of an insured that an earlier piece began with.
    """

    codes: NDArray[np.int16]
    texts: pl.Series = field(repr=False)
    lines: NDArray[np.int64]
    repeated: int


class Events:
    """The events of one message. `unknown` holds the names of elements that the layout does not know."""

    def __init__(self, file: str, layout: XmlLayout, codes: Codes, piece_events: int = PIECE_EVENTS) -> None:
        self._file, self._codes, self._piece_events = file, codes, piece_events
        self.unknown: set[str] = set()
        self._events: list[int] = []
        self._texts: list[str | None] = []
        self._lines: list[int] = []
        self._safe = self._safe_lines = self._repeated = 0
        self._pending: list[str] = []
        self._parser, self._drop_unread_text = self._connected(steps(layout, codes))

    def read(self, stream: io.RawIOBase) -> Iterator[Piece]:
        """The pieces of the message in this stream.

        Raises:
            FileRefusedError: when it is no well-formed XML, or holds what is not read.
            TruncatedFileError: when it ends before its root element does.
        """
        while chunk := stream.read(CHUNK_BYTES):
            self._parser.feed(chunk)
            self._drop_unread_text()
            if len(self._events) >= self._piece_events and self._safe > self._repeated:
                yield self._cut()
            if len(self._events) > MOST_EVENTS:
                raise self._parser.refused(
                    "One performance, or the head of the message, is too long to be read"
                )
        self._parser.feed(b"")
        self._safe, self._safe_lines = len(self._events), len(self._lines)
        yield self._cut()

    def _connected(self, root: Step) -> tuple[Parser, Callable[[], None]]:
        """The parser, and what keeps a long text from piling up between its chunks.

        The handlers hold all they need in local names: they run for every element.
        """
        events, texts, pending = self._events, self._texts, self._pending
        add_event, add_text, clear = events.append, texts.append, pending.clear
        path: list[Step] = []
        push, pop = path.append, path.pop
        step, line = root, 0

        def start(name: str, _: dict[str, str]) -> None:
            nonlocal step, line
            push(step)
            clear()
            found = step.children.get(name)
            if found is None:
                known = step.is_left_out and len(path) <= DEEPEST
                found = NOT_READ if known else self._unknown(step, name, len(path))
            step = found
            if found.acts_at_start:
                if found.begins_line:
                    line = parser.line
                if found.marker is not None:
                    add_event(found.marker)
                    add_text(None)
                    if found.is_performance:
                        self._lines.append(line)
                if found.presence is not None:
                    add_event(found.presence)
                    add_text(PRESENT)

        def end(_: str) -> None:
            nonlocal step
            if step.text is not None:
                add_event(step.text)
                add_text("".join(pending))
                clear()
            elif step.ends_piece:
                self._safe, self._safe_lines = len(events), len(self._lines)
            step = pop()

        def drop_unread_text() -> None:
            if step.text is None:
                clear()
            else:
                self._refuse_long_text(sum(map(len, pending)))

        parser = Parser(self._file, start=start, end=end, text=pending.append)
        return parser, drop_unread_text

    def _unknown(self, step: Step, name: str, depth: int) -> Step:
        if depth > DEEPEST:
            raise self._parser.refused(f"Elements lie more than {DEEPEST} deep")
        if not step.is_left_out and len(self.unknown) < SHOWN_UNKNOWN:
            self.unknown.add(name.rpartition(SEPARATOR)[2])
        return NOT_READ

    def _cut(self) -> Piece:
        """What is complete, as a piece; what is not stays, after the last insured's own events."""
        safe, repeated = self._safe, self._repeated
        codes = np.array(self._events[:safe], dtype=np.int16)
        texts = pl.Series(self._texts[:safe], dtype=pl.String).str.strip_chars()
        if (texts.str.len_chars() > LONGEST_TEXT).any():
            self._refuse_long_text(LONGEST_TEXT + 1)
        self._refuse_late_fields(codes, repeated)
        lines = np.array(self._lines[: self._safe_lines], dtype=np.int64)
        kept = self._codes.last_insured(codes)
        self._events[:safe] = codes[kept].tolist()
        self._texts[:safe] = [self._texts[place] for place in kept]
        del self._lines[: self._safe_lines]
        self._safe, self._safe_lines, self._repeated = 0, 0, len(kept)
        return Piece(codes, texts, lines, repeated)

    def _refuse_late_fields(self, codes: NDArray[np.int16], repeated: int) -> None:
        """In an insured that is read in several pieces all performances must have seen all its fields."""
        if repeated and self._codes.continues_insured(codes, repeated):
            raise FileRefusedError(
                "An insured (Verzekerde) with very many performances has fields of its own after them",
                where=self._file,
                remedy="Put BSN, UzoviNummer and the like before the first Prestatie, or divide the message.",
            )

    def _refuse_long_text(self, length: int) -> None:
        if length > LONGEST_TEXT:
            raise self._parser.refused(f"An element holds a text of more than {LONGEST_TEXT:,} characters")
