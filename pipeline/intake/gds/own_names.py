"""What the fields of an XML message are called in it: their elements."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from pipeline.intake.gds.layout import COUNT, XmlLayout
from pipeline.intake.gds.performances import Staging
from pipeline.intake.rules.own_names import OwnName, OwnNames, canonical_names
from pipeline.intake.staging import RECORD_REF


def own_names(layout: XmlLayout, stagings: Mapping[str, Staging]) -> OwnNames:
    """By element of the record and field; of performances also by canonical column that comes from it.

    Where a canonical column has the name of a field of that record, it is the field.
    """
    names: dict[tuple[str, str], OwnName] = {}
    for name, staging in stagings.items():
        element = layout.records[name].element
        own_name = partial(_own, layout, name)
        found = canonical_names(staging.mapping, own_name)
        raw = layout.canonical[staging.mapping.table.name][name]
        if RECORD_REF in raw:
            found[RECORD_REF] = own_name(raw[RECORD_REF])
        names |= {(element, column): own for column, own in found.items()}
    own = {
        (record.element, name): _own(layout, record.name, f"{record.name}.{name}")
        for record in layout.records.values()
        for name in record.fields
    }
    return names | own


def _own(layout: XmlLayout, of: str, path: str) -> OwnName:
    """The element of a field; when it lies in another record than `of`, in which one."""
    name, _, field = path.partition(".")
    record = layout.records[layout.picks[name].record if name in layout.picks else name]
    place = "" if record.name == of else f"in {record.element}"
    if field == COUNT or field in record.constants:
        return OwnName(record.element)
    fields = (record.fields[one] for one in record.first_filled.get(field, [field]))
    return OwnName(" or ".join(one.elements[0] for one in fields), place)
