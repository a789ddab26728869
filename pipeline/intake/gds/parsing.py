"""A streaming XML parser that refuses what no message needs and what attacks are made of.

Expat, with namespaces. A document type is refused as soon as it begins, and with it every entity of one's own
(a billion laughs) and every external reference; nothing is ever fetched. Depth, the length of a tag or comment, the
length of a text, and the number of different names are limited, so that memory does not grow with the file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.parsers import expat

from pipeline.errors import FileRefusedError, TruncatedFileError

SEPARATOR = " "
"""Between the namespace and the name of an element, as handlers get it; no namespace holds a blank."""
CHUNK_BYTES = 65_536
TEXT_BUFFER = 8_192
LONGEST_TOKEN = 1_048_576
"""Bytes of one tag with its attributes, or of one comment: expat keeps it whole."""
MOST_NAMES = 10_000
"""Different names of elements and attributes, and of prefixes: expat keeps them all."""
DEEPEST = 64
COMPLETE = "Write the message out of your software again, whole, or have it sent again."
AGAIN = "Write the message out of your software again, or have it sent again."

ENCODING = (
    "If a letter beyond ASCII stands there, the file is not in the encoding that its first line names (UTF-8 unless it "
    'names one): have it say the right one, for instance <?xml version="1.0" encoding="windows-1252"?>. '
    "In a text & and < are written as &amp; and &lt;."
)

_NO_TOKEN = expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]
_CUT_OFF = frozenset(
    expat.errors.codes[error]
    for error in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)


class Parser:
    """Feed it the bytes of a file; it calls `start(name, attributes)`, `end(name)` and `text(part)`.

    Names have their namespace before them (`SEPARATOR`). The handlers may raise a FileRefusedError; every fault of
    the XML itself becomes one, with the line.
    """

    def __init__(
        self,
        file: str,
        *,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None],
        text: Callable[[str], Any],
    ) -> None:
        self._file, self._fed = file, 0
        self._names: dict[str, str] = {}
        self._prefixes: set[str] = set()
        self._expat = expat.ParserCreate(namespace_separator=SEPARATOR, intern=self._names)
        self._expat.buffer_text = True
        self._expat.buffer_size = TEXT_BUFFER
        self._expat.StartElementHandler = start
        self._expat.EndElementHandler = end
        self._expat.CharacterDataHandler = text
        self._expat.StartNamespaceDeclHandler = lambda prefix, _: self._prefixes.add(prefix)
        self._expat.StartDoctypeDeclHandler = self._refuse_doctype

    @property
    def line(self) -> int:
        """The line that is being read, from 1."""
        return self._expat.CurrentLineNumber

    def feed(self, chunk: bytes) -> None:
        """Read on; an empty chunk is the end of the file.

        Raises:
            FileRefusedError: when this is no well-formed XML, or holds what is not read.
            TruncatedFileError: when the file ends before its root element does.
        """
        try:
            self._expat.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            raise self._refusal(error, is_end=not chunk) from None
        except (LookupError, ValueError):
            raise FileRefusedError(
                "The XML declaration names an encoding that is not known",
                where=f"{self._file}, line 1",
                remedy="Use UTF-8.",
            ) from None
        self._fed += len(chunk)
        if self._fed - max(self._expat.CurrentByteIndex, 0) > LONGEST_TOKEN:
            raise self.refused("A tag or a comment is longer than 1 MiB")
        if len(self._names) + len(self._prefixes) > MOST_NAMES:
            raise self.refused(f"More than {MOST_NAMES:,} different names of elements stand in the file")

    def refused(self, what: str, remedy: str = AGAIN) -> FileRefusedError:
        """A refusal of the file, at the line that is being read."""
        return FileRefusedError(what, where=f"{self._file}, line {self.line}", remedy=remedy)

    def _refuse_doctype(self, *_: object) -> None:
        raise self.refused(
            "The file declares a document type (DOCTYPE); entities and external references are not read",
            "Write the message without it, or have it sent without it.",
        )

    def _refusal(self, error: expat.ExpatError, *, is_end: bool) -> FileRefusedError:
        where, fault = f"{self._file}, line {error.lineno}", expat.ErrorString(error.code)
        if is_end and error.code in _CUT_OFF:
            return TruncatedFileError(
                f"The file ends before the message does ({fault})", where=where, remedy=COMPLETE
            )
        remedy = ENCODING if error.code == _NO_TOKEN else AGAIN
        return FileRefusedError(f"The file is no well-formed XML ({fault})", where=where, remedy=remedy)
