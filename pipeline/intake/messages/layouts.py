"""The layouts of Vektis messages: one YAML file per standard, with all its editions.

Adding a standard, or an edition of one, is adding a file (or an entry in one): no code. The layouts that come
with the software stand in `layouts/`; every function here takes further folders.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pipeline.errors import LayoutError, UnknownStandardError
from pipeline.intake.messages.message_refs import reference_fields
from pipeline.intake.messages.record_layout import (
    HEADER_FIELDS,
    Answered,
    Field,
    Layout,
    Record,
    Total,
    Trailer,
)

LAYOUTS = Path(__file__).parents[1] / "layouts"


@cache
def all_layouts(*folders: Path) -> tuple[Layout, ...]:
    """Every layout that comes with the software, and those in further `folders`, by standard and version.

    Raises:
        LayoutError: when a file is no layout, its fields do not adjoin, or two layouts are the same message.
    """
    files = [path for folder in (LAYOUTS, *folders) for path in sorted(folder.glob("*.yaml"))]
    layouts = [layout for path in files for layout in _editions(path)]
    messages = [message for layout in layouts for message in _messages(layout)]
    for layout in layouts:
        if any(messages.count(message) > 1 for message in _messages(layout)):
            raise LayoutError(f"Two layouts read the same message as {layout.title}")
    return tuple(sorted(layouts, key=lambda layout: (layout.standard, layout.version)))


def load(standard: str, version: str, *folders: Path) -> Layout:
    """The layout of one edition, for instance `load("ZH308", "9.0")`.

    Raises:
        UnknownStandardError: when there is none.
    """
    layouts = all_layouts(*folders)
    for layout in layouts:
        if (layout.standard, layout.version) == (standard, version):
            return layout
    raise UnknownStandardError(f"There is no layout of {standard} {version}", remedy=_known(layouts))


def identify(first_line: str, *folders: Path, where: str = "line 1") -> Layout:
    """The layout whose message code and version stand in a file's first record; `where` is for the error.

    Raises:
        UnknownStandardError: when none fits; the message names the layouts there are.
    """
    layouts = all_layouts(*folders)
    for layout in layouts:
        fields = layout.header.fields
        found = tuple(first_line[fields[name].start - 1 : fields[name].end] for name in HEADER_FIELDS)
        if first_line[:2] == layout.header.code and found in _messages(layout):
            return layout
    # Only what is surely a header is repeated: the first characters of another file may be a person's number.
    is_header = first_line[:2] == "01" and first_line[2:9].isdigit() and first_line[9:10] in ("P", "T")
    named = f" (message {first_line[2:5]}, version {first_line[5:7]}.{first_line[7:9]})" if is_header else ""
    raise UnknownStandardError(
        f"The first record names no standard and version with a layout{named}",
        where=where,
        remedy=_known(layouts),
    )


def answer_to(layout: Layout, *folders: Path) -> Layout | None:
    """The layout of the return message that answers this declaration; None where none is known."""
    asked = Answered(layout.standard, layout.version)
    return next((other for other in all_layouts(*folders) if other.answers == asked), None)


def _messages(layout: Layout) -> list[tuple[str, str, str]]:
    """What may stand in the opening record, as `HEADER_FIELDS`."""
    return [(code, layout.message_version, layout.message_subversion) for code in layout.message_codes]


def _known(layouts: Iterable[Layout]) -> str:
    return f"Known are: {', '.join(layout.title for layout in layouts)}."


def _editions(path: Path) -> list[Layout]:
    try:
        raw = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        return [_layout(raw["standard"], edition) for edition in raw["editions"]]
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise LayoutError(
            f"This is no layout ({type(error).__name__}: {error})",
            where=path.name,
            remedy="Compare it with the layouts that come with the software.",
        ) from error


def _layout(standard: str, raw: Mapping[str, Any]) -> Layout:
    layout = Layout(
        standard=standard,
        version=raw["version"],
        source=raw["source"],
        message_codes=tuple(raw["message_codes"]),
        message_version=raw["message_version"],
        message_subversion=raw["message_subversion"],
        record_length=raw["record_length"],
        records={code: _record(code, record) for code, record in raw["records"].items()},
        trailer=_trailer(raw["trailer"]),
        canonical=raw["canonical"],
        answers=Answered(**raw["answers"]) if "answers" in raw else None,
    )
    for path in (path for canonical in layout.canonical.values() for path in reference_fields(canonical)):
        layout.field(path)
    return layout


def _record(code: str, raw: Mapping[str, Any]) -> Record:
    fields = [Field(**field) for field in raw["fields"]]
    by_name = {field.name: field for field in fields}
    if len(by_name) < len(fields):
        raise LayoutError(f"Two fields have the same name in record {code}")
    return Record(code, raw["name"], raw["dutch_name"], by_name)


def _trailer(raw: Mapping[str, Any]) -> Trailer:
    return Trailer(
        record=raw["record"],
        counts={field: tuple(codes) for field, codes in raw["counts"].items()},
        totals=tuple(_total(total) for total in raw["totals"]),
    )


def _total(raw: Mapping[str, Any]) -> Total:
    of_record, of_field = raw["of"].split(".")
    return Total(
        field=raw["field"],
        sign=raw["sign"],
        of_record=of_record,
        of_field=of_field,
        of_sign=raw["of_sign"].split(".")[1],
        restated=raw.get("restated", False),
    )
