"""What a record layout says: fields at positions, records of fields, a trailer that counts them.

Positions are 1-based, as in the published specifications; lengths are in characters. A layout whose fields
do not adjoin, or that names a field it does not have, cannot be made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.errors import LayoutError
from pipeline.intake.rules.own_names import OwnName

KINDS = {"DAT": "date", "BED": "cents", "ANT": "count"}
DATE_LENGTH = 8  # EEJJMMDD
HEADER_FIELDS = ("message_code", "message_version", "message_subversion")


@dataclass(frozen=True)
class Field:
    """One field of a record. `type` is N (digits) or AN (text); `obligation` is M, C, O or S (reserved)."""

    name: str
    dutch_name: str
    element: str
    type: str
    start: int
    length: int
    obligation: str

    @property
    def kind(self) -> str:
        """What the value is, by Vektis' element code: date, cents, count, or else digits or text."""
        kind = KINDS.get(self.element[:3])
        if kind is None or (kind == "date" and self.length != DATE_LENGTH):  # a time is a DAT element too
            return "digits" if self.type == "N" else "text"
        return kind

    @property
    def end(self) -> int:
        """Last position, 1-based and inclusive."""
        return self.start + self.length - 1

    @property
    def own_name(self) -> OwnName:
        """Its name in the standard, and its positions."""
        return OwnName(self.dutch_name, f"positions {self.start}-{self.end}")


@dataclass(frozen=True)
class Record:
    """One kind of record: its two-digit code, its name, and its fields by name, in order of position."""

    code: str
    name: str
    dutch_name: str
    fields: dict[str, Field]


@dataclass(frozen=True)
class Total:
    """A total amount of the closing record: `field` with its `sign`.

    It is the sum of `of_field` with its `of_sign` over the records of code `of_record`. A `restated` total is copied
    from the declaration that a return answers: where the return has no detail records, it is no sum of this file.
    """

    field: str
    sign: str
    of_record: str
    of_field: str
    of_sign: str
    restated: bool = False


@dataclass(frozen=True)
class Trailer:
    """What the closing record says: `counts` gives, by field, the codes of the records it counts.

    `totals` begins with the total of what was declared.
    """

    record: str
    counts: dict[str, tuple[str, ...]]
    totals: tuple[Total, ...]


@dataclass(frozen=True)
class Answered:
    """The edition that a return message answers: its detail records are the return's, without the end of each."""

    standard: str
    version: str


@dataclass(frozen=True, eq=False)
class Layout:
    """One edition of a standard; equal to itself only.

    `message_codes` are all codes under which it is sent: one, or one per kind of care. A return has as many as the
    declaration it `answers`, in the same order. `canonical` holds, by canonical table, how records become rows: see
    `records_to_rows`.
    """

    standard: str
    version: str
    source: str
    message_codes: tuple[str, ...]
    message_version: str
    message_subversion: str
    record_length: int
    records: dict[str, Record]
    trailer: Trailer
    canonical: Mapping[str, Mapping[str, Any]]
    answers: Answered | None = None

    def __post_init__(self) -> None:
        _verify(self)

    @property
    def title(self) -> str:
        """Standard and version, as people name it: 'ZH308 9.0'."""
        return f"{self.standard} {self.version}"

    @property
    def header(self) -> Record:
        """The opening record: the first of the layout."""
        return next(iter(self.records.values()))

    def field(self, path: str) -> Field:
        """The field that 'record code.field name' points at, for instance '06.declared_cents'.

        Raises:
            LayoutError: when this layout has no such record or field.
        """
        code, _, name = path.partition(".")
        record = self.records.get(code)
        if record is None or name not in record.fields:
            raise LayoutError(f"There is no field '{path}'", where=f"the layout of {self.title}")
        return record.fields[name]


def _verify(layout: Layout) -> None:
    """Fields adjoin from position 1 to the record's length; header and trailer have the fields they need."""
    for record in layout.records.values():
        position = 1
        for field in record.fields.values():
            if field.start != position or field.length < 1 or field.type not in ("N", "AN"):
                raise LayoutError(
                    f"Field '{field.name}' of record {record.code} does not start at position {position}, "
                    "has no length, or is neither N nor AN",
                    where=f"the layout of {layout.title}",
                )
            position = field.end + 1
        if position != layout.record_length + 1:
            raise LayoutError(
                f"Record {record.code} is {position - 1} long instead of {layout.record_length}",
                where=f"the layout of {layout.title}",
            )
    trailer = layout.trailer
    for name in trailer.counts:
        layout.field(f"{trailer.record}.{name}")
    for total in trailer.totals:
        for path in (
            f"{trailer.record}.{total.field}",
            f"{trailer.record}.{total.sign}",
            f"{total.of_record}.{total.of_field}",
            f"{total.of_record}.{total.of_sign}",
        ):
            layout.field(path)
    for name in HEADER_FIELDS:
        layout.field(f"{layout.header.code}.{name}")
