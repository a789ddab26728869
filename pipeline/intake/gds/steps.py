"""The layout of an XML message as the parser walks it: at each element what begins there, and where it goes on.

Every record and every field has a code, a small number: first the markers of the records, then the fields of one
record after another.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.intake.gds.layout import INSURED, Record, XmlLayout
from pipeline.intake.gds.parsing import SEPARATOR

DEBIT, CREDIT = PERFORMANCES = ("debit", "credit")


@dataclass(frozen=True)
class Codes:
    """`markers` by record; `fields` by record the code of its first field: they follow in the layout's order."""

    markers: dict[str, int]
    fields: dict[str, range]

    @classmethod
    def of(cls, layout: XmlLayout) -> Codes:
        """The codes of this layout."""
        markers = {name: place for place, name in enumerate(layout.records)}
        fields, first = {}, len(markers)
        for name, record in layout.records.items():
            fields[name] = range(first, first + len(record.fields))
            first += len(record.fields)
        return cls(markers, fields)

    def own(self, codes: NDArray[np.int16], record: str) -> NDArray[np.bool_]:
        """True for the texts of this record's fields."""
        own = self.fields[record]
        return (codes >= own.start) & (codes < own.stop)

    def last_insured(self, codes: NDArray[np.int16]) -> NDArray[np.intp]:
        """Where the last insured's marker and fields stand; nowhere when there is none."""
        begun = np.flatnonzero(codes == self.markers[INSURED])
        if not begun.size:
            return begun
        fields = np.flatnonzero(self.own(codes[begun[-1] :], INSURED)) + begun[-1]
        return np.concatenate([begun[-1:], fields])

    def continues_insured(self, codes: NDArray[np.int16], repeated: int) -> bool:
        """Whether fields of the insured that fills the first `repeated` events stand after those."""
        rest = codes[repeated:]
        others = np.flatnonzero(rest == self.markers[INSURED])
        return bool(self.own(rest[: others[0] if others.size else None], INSURED).any())


@dataclass(slots=True)
class Step:
    """One element. `marker`, `presence` and `text` are codes of what begins, is told, and is read there.

    `begins_line` where a performance begins; `ends_piece` where the stream may be cut: after a performance or an
    insured.
    """

    children: dict[str, Step] = field(default_factory=dict)
    marker: int | None = None
    presence: int | None = None
    text: int | None = None
    is_performance: bool = False
    begins_line: bool = False
    ends_piece: bool = False
    is_left_out: bool = False
    acts_at_start: bool = False


NOT_READ = Step(is_left_out=True)
"""An element of which nothing is read, nor of what lies below it."""


def steps(layout: XmlLayout, codes: Codes) -> Step:
    """The step above the root."""
    top = Step()
    for path in layout.left_out:
        _at(top, f"{layout.root}/{path}", layout).is_left_out = True
    for record in layout.records.values():
        for path in record.elements:
            _add_record(_at(top, path, layout), record, layout, codes)
            if record.name in PERFORMANCES:
                around = _at(top, path.rpartition("/")[0], layout)
                around.begins_line = around.ends_piece = True
    _settle(top)
    return top


def _add_record(step: Step, record: Record, layout: XmlLayout, codes: Codes) -> None:
    step.marker, step.is_performance = codes.markers[record.name], record.name in PERFORMANCES
    step.ends_piece = record.name == INSURED
    for code, one in zip(codes.fields[record.name], record.fields.values(), strict=True):
        for element in one.elements:
            place = _at(step, element, layout)
            if one.kind == "presence":
                place.presence = code
            else:
                place.text = code


def _at(step: Step, path: str, layout: XmlLayout) -> Step:
    """The step at this path, made where it is not there; in each namespace of the layout it is the same one."""
    for name in path.split("/"):
        known = [f"{space}{SEPARATOR}{name}" for space in (layout.namespace, *layout.other_namespaces)]
        found = step.children.get(known[0]) or Step()
        step.children.update(dict.fromkeys(known, found))
        step = found
    return step


def _settle(step: Step) -> None:
    """What follows from the rest: below what is left out, nothing is unknown."""
    for child in step.children.values():
        child.is_left_out |= step.is_left_out
        child.acts_at_start = child.begins_line or child.marker is not None or child.presence is not None
        _settle(child)
