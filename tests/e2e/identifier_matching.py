"""Which identifiers occur in a text, in integers, in dates: whole values only, and never the value itself.

A text is cut into words (runs of letters and digits). An identifier is one word or a few in a row, whatever
stands between them: the date 1960-03-14 is found as 1960/03/14 too, and 'de Vries' as 'DE  VRIES'. A BSN
inside a longer number or a hash is not a BSN.
"""

from __future__ import annotations

import datetime as dt
import html
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

SEPARATOR = "\x1e"
"""Stands between values that were joined into one text, so that no identifier is found across two."""

_WORD = re.compile(rf"[^\W_]+|{SEPARATOR}")
_TIME_MARK = re.compile(r"T(?<=\d\dT)(?=\d\d:)")
_READABLE = re.compile(rb"(?:[\x20-\x7e]|\xc3[\x80-\xbf]){6,}")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_CHUNK, _OVERLAP = 1 << 22, 1 << 8
SHORTEST_NAME_IN_NOISE = 6
"""Random bytes spell every shorter name sooner or later: three letters once in a megabyte or two."""


@dataclass(frozen=True)
class Identifiers:
    """What must not be found. Nothing of it is shown by `repr`.

    Attributes:
        bsns: nine digits each.
        names: surnames, full names, streets: anything made of words.
        birth_dates: leave out dates on which care can have been given: a newborn's birth date is no
            finding among claim dates.
        claim_numbers: reference numbers as the suppliers have them; leave out what is too short to tell
            from a count.
    """

    bsns: frozenset[str] = field(default=frozenset(), repr=False)
    names: frozenset[str] = field(default=frozenset(), repr=False)
    birth_dates: frozenset[dt.date] = field(default=frozenset(), repr=False)
    claim_numbers: frozenset[str] = field(default=frozenset(), repr=False)


class Matcher:
    """The identifiers, indexed by how they may be written."""

    def __init__(self, identifiers: Identifiers) -> None:
        self.dates = frozenset(identifiers.birth_dates)
        self.numbers: dict[int, str] = {}
        self._words: dict[str, str] = {}
        self._phrases: dict[int, dict[tuple[str, ...], str]] = defaultdict(dict)
        for written, kind in _written_forms(identifiers):
            words = _words(_normalised(written))
            if len(words) > 1:
                self._phrases[len(words)][words] = kind
                continue
            self._words[words[0]] = kind
            if words[0].isdecimal():
                self.numbers[int(words[0])] = kind

    def in_text(self, text: str, *, noise: bool = False) -> set[str]:
        """The kinds of identifier that occur in `text`; `noise` says that it is really no text."""
        kinds: set[str] = set()
        for start in range(0, len(text), _CHUNK):
            words = _words(_normalised(text[max(0, start - _OVERLAP) : start + _CHUNK]))
            present = set(words)
            kinds |= {
                self._words[word]
                for word in self._words.keys() & present
                if not (noise and self._words[word] == "name" and len(word) < SHORTEST_NAME_IN_NOISE)
            }
            for length, phrases in self._phrases.items():
                possible = {phrase for phrase in phrases if present.issuperset(phrase)}
                if possible:
                    rows = zip(*(words[offset:] for offset in range(length)), strict=False)
                    kinds |= {phrases[phrase] for phrase in possible.intersection(rows)}
        return kinds

    def in_values(self, values: Iterable[str]) -> set[str]:
        """The kinds of identifier that occur in separate text values."""
        return self.in_text(SEPARATOR.join(values))

    def in_numbers(self, values: Iterable[int]) -> set[str]:
        """The kinds of identifier that whole numbers are."""
        return {self.numbers[value] for value in self.numbers.keys() & set(values)}

    def in_dates(self, values: Iterable[dt.date | None]) -> set[str]:
        """{"birth date"} when one of the dates is one."""
        return {"birth date"} if not self.dates.isdisjoint(values) else set()


def decoded(content: bytes) -> tuple[str, bool]:
    """A file's content as text (UTF-16, UTF-8, else one byte a character), and whether it is noise.

    Of noise, bytes that are no text, only the runs of six and more readable characters are kept.
    """
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if content.startswith(mark):
            return content.decode(encoding, errors="replace"), False
    head = content[: 1 << 16]
    low, high = head[0::2].count(0), head[1::2].count(0)  # UTF-16 of Western text: every other byte is zero
    for zeros, others, encoding in ((high, low, "utf-16-le"), (low, high, "utf-16-be")):
        if zeros > 0.4 * len(head) and others < 0.05 * len(head):
            return content.decode(encoding, errors="replace"), False
    noise = any(byte < 32 and byte not in b"\t\n\v\f\r\x1b\x1e" for byte in head)
    if noise:
        content = SEPARATOR.encode().join(_READABLE.findall(content))
    try:
        return content.decode("utf-8"), noise
    except UnicodeDecodeError:
        return content.decode("latin-1"), noise


def _written_forms(identifiers: Identifiers) -> Iterator[tuple[str, str]]:
    """(text, kind) for every way in which an identifier may be written."""
    for bsn in identifiers.bsns:
        yield bsn, "BSN"
        yield bsn.lstrip("0"), "BSN"
    for name in identifiers.names:
        yield name, "name"
    for day in identifiers.birth_dates:
        for form in ("%Y-%m-%d", "%Y%m%d", "%d-%m-%Y"):
            yield day.strftime(form), "birth date"
    for number in identifiers.claim_numbers:
        yield number, "claim number"


def _normalised(text: str) -> str:
    """One spelling for one word: escapes of JSON and HTML undone, accents composed, case folded."""
    if "\\u" in text:
        text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    if "&" in text:
        text = html.unescape(text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return _TIME_MARK.sub(" ", text).casefold()


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text))
