"""Which message an XML file is: the namespace of its root says the standard, its Header the version.

Only the head of the file is looked at. Nothing that stands in it is repeated in an error but a version of digits.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import UnknownStandardError
from pipeline.intake.files.source_file import SourceFile, read_up_to
from pipeline.intake.gds.layout import MESSAGE, NEEDED, XmlLayout
from pipeline.intake.gds.layouts import all_layouts
from pipeline.intake.gds.parsing import CHUNK_BYTES, SEPARATOR, Parser

UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
HEAD_CHUNKS = 4
"""Where Header must have ended: it is the first element of a message, and short."""
LONGEST_CODE = 8


def is_xml(head: bytes) -> bool:
    """Whether a file that begins with these bytes is meant as XML: after blanks its first character is '<'."""
    for mark, encoding in UTF16.items():
        if head.startswith(mark):
            return head[2:].decode(encoding, errors="ignore").lstrip().startswith("<")
    if head[:4] in (b"<\x00?\x00", b"\x00<\x00?"):
        return True
    return head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<")


def identify(source: SourceFile, *folders: Path) -> XmlLayout:
    """The layout of this message; `folders` may hold further ones.

    Raises:
        UnknownStandardError: when there is none; it names the layouts that there are.
        FileRefusedError: when the head is no XML, or holds what is not read.
    """
    layouts = all_layouts(*folders)
    root, codes = _head(source, layouts)
    where = f"{source.name}, line 1"
    remedy = f"Known are: {', '.join(layout.title for layout in layouts)}."
    ours = [layout for layout in layouts if root == f"{layout.namespace}{SEPARATOR}{layout.root}"]
    if not ours:
        raise UnknownStandardError(
            "The root element and its namespace are those of no known message", where=where, remedy=remedy
        )
    version = ".".join(_number(codes[name]) for name in NEEDED[1:])
    for layout in ours:
        if (codes[NEEDED[0]], version) == (layout.message_code, layout.version):
            return layout
    said = f" (message {codes[NEEDED[0]]}, version {version})" if all(codes.values()) else ""
    raise UnknownStandardError(
        f"Header names no message and version of {ours[0].standard} with a layout{said}",
        where=where,
        remedy=remedy,
    )


def _head(source: SourceFile, layouts: Sequence[XmlLayout]) -> tuple[str, dict[str, str]]:
    """The root's name with its namespace, and the codes of Header; empty where they are no short number."""
    named = {
        element.rpartition("/")[2]: name
        for layout in layouts
        for name in NEEDED
        for element in layout.records[MESSAGE].fields[name].elements
    }
    root = ""
    path: list[str] = []
    text: list[str] = []
    codes = dict.fromkeys(NEEDED, "")

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal root
        root = root or name
        path.append(name.rpartition(SEPARATOR)[2])
        text.clear()

    def end(_: str) -> None:
        name = path.pop()
        value = "".join(text).strip()
        if len(path) == 2 and name in named and value.isdecimal() and len(value) <= LONGEST_CODE:
            codes[named[name]] = codes[named[name]] or value
        text.clear()

    parser = Parser(source.name, start=start, end=end, text=text.append)
    with source.open() as stream:
        for _ in range(HEAD_CHUNKS):
            chunk = read_up_to(stream, CHUNK_BYTES)
            parser.feed(chunk)
            if all(codes.values()) or not chunk:
                break
    return root, codes


def _number(code: str) -> str:
    """Without zeros in front: '01' and '1' are the same version."""
    return code.lstrip("0") or code[:1]
