"""What the layout of an XML message says: records at paths, fields below them, picks, a closing total, rules.

A record is an element that may come several times in a message; `within` names the record that it lies in. The
first record is the message itself, of which there is one. Fields are named 'record.field' everywhere, as in
'debit.begin_date'. A pick is a record of which one counts, within each record that it lies in; its fields are
named after the pick ('treating.provider_code'). A layout that names what it does not have cannot be made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import LayoutError
from pipeline.intake.columns.notation import Notation
from pipeline.intake.gds.conditions import Rule, references

KINDS = ("text", "digits", "date", "cents", "count", "boolean", "sign", "presence")
MESSAGE, INSURED, REJECTION = "message", "insured", "rejection"
NEEDED = ("message_code", "message_version", "message_subversion")
COUNT = "count"
"""In the place of a field: how many records of a kind there are."""
CLOSING_TOTAL, CREDIT_OF_SAME_MESSAGE = "closing_total", "credit_of_same_message"
JUDGED = (CLOSING_TOTAL, CREDIT_OF_SAME_MESSAGE)
"""Rules over a message as a whole: no condition on one row can say them."""


@dataclass(frozen=True)
class Field:
    """One field: the elements that it may stand in, from its record down, and what they hold (`KINDS`)."""

    name: str
    elements: tuple[str, ...]
    kind: str
    obligation: str


@dataclass(frozen=True)
class Record:
    """One kind of record. `elements` are paths from the root.

    Beside what stands in it a record may have fields with the same text in each (`constants`), and fields that are
    the first filled one of several others (`first_filled`).
    """

    name: str
    elements: tuple[str, ...]
    within: str
    fields: dict[str, Field]
    constants: Mapping[str, str] = field(default_factory=dict)
    first_filled: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def element(self) -> str:
        """The element's name, as the supplier knows the record."""
        return self.elements[0].rpartition("/")[2]


@dataclass(frozen=True)
class Pick:
    """Which of several records counts: where `where` holds, by `prefer` (field and its values in order), the first."""

    name: str
    record: str
    where: Mapping[str, str] = field(default_factory=dict)
    prefer: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True)
class Total:
    """The closing total: fields of the message, and by record the field of which it is the sum, credits negative.

    `strict` when a message whose total differs is refused, and not only spoken of.
    """

    field: str
    sign: str
    of: Mapping[str, str]
    strict: bool


@dataclass(frozen=True, eq=False)
class XmlLayout:
    """One edition of a standard; equal to itself only. `canonical` holds the mapping by table and record.

    `answers` names the standard whose messages this one answers; empty for claims.
    """

    standard: str
    version: str
    source: str
    message_code: str
    root: str
    namespace: str
    other_namespaces: tuple[str, ...]
    notation: Notation
    records: dict[str, Record]
    left_out: tuple[str, ...]
    picks: dict[str, Pick]
    total: Total
    canonical: Mapping[str, Mapping[str, Mapping[str, Any]]]
    rules: tuple[Rule, ...]
    answers: str = ""

    def __post_init__(self) -> None:
        for record in self.records.values():
            self._verify_record(record)
        for pick in self.picks.values():
            for name in (*pick.where, *([pick.prefer["field"]] if pick.prefer else [])):
                self.kind(f"{pick.record}.{name}")
        for name in (*NEEDED, self.total.field, self.total.sign):
            self.kind(f"{MESSAGE}.{name}")
        for name, amount in self.total.of.items():
            self.kind(f"{name}.{amount}")
        for rule in self.rules:
            self._verify_rule(rule)

    @property
    def title(self) -> str:
        """Standard and version, as people name it: 'GDS801 1.0'."""
        return f"{self.standard} {self.version}"

    def kind(self, path: str) -> str:
        """What the field of this name ('record.field') holds.

        Raises:
            LayoutError: when there is no such field.
        """
        name, _, field_name = path.partition(".")
        record = self.records.get(self.picks[name].record if name in self.picks else name)
        if record is not None and field_name == COUNT and record.within not in ("", MESSAGE):
            return COUNT
        if record is not None and field_name in record.constants:
            return "text"
        if record is not None and field_name in record.first_filled:
            field_name = record.first_filled[field_name][0]
        if record is None or field_name not in record.fields:
            raise LayoutError(f"There is no field '{path}'", where=f"the layout of {self.title}")
        return record.fields[field_name].kind

    def _verify_record(self, record: Record) -> None:
        is_first = record.name == MESSAGE
        if is_first == bool(record.within) or (record.within and record.within not in self.records):
            raise LayoutError(f"Record '{record.name}' lies within no record", where=self.title)
        for one in record.fields.values():
            if one.kind not in KINDS or one.obligation not in ("M", "O"):
                raise LayoutError(
                    f"Field '{record.name}.{one.name}' is of an unknown kind or obligation",
                    where=f"the layout of {self.title}",
                    remedy=f"Kinds are {', '.join(KINDS)}; obligations are M and O.",
                )

    def _verify_rule(self, rule: Rule) -> None:
        judged = (rule.judged in JUDGED) if rule.judged else bool(rule.must)
        if rule.of not in self.records or not judged:
            raise LayoutError(
                f"Rule {rule.rule} is of no known record, or says not what must hold",
                where=f"the layout of {self.title}",
                remedy=f"It has `must`, or `judged`: {', '.join(JUDGED)}.",
            )
        for path in references(rule):
            self.kind(path)
