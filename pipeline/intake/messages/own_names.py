"""What the fields of a message are called in its standard: the Dutch name, and the positions in the record."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path

from pipeline.intake.messages.record_layout import Layout
from pipeline.intake.messages.records_to_rows import layout_mapping
from pipeline.intake.rules.own_names import OwnName, OwnNames, canonical_names
from pipeline.intake.staging import RECORD_REF


@cache
def own_names(layout: Layout, *folders: Path) -> OwnNames:
    """By record code and field; of the record with the money also by canonical column that comes from it.

    Where a canonical column has the name of a field of that record, it is the field.
    """
    names: dict[tuple[str, str], OwnName] = {}
    for table, raw in layout.canonical.items():
        code = raw["record"]
        own_name = partial(_own, layout, code)
        found = canonical_names(layout_mapping(layout, table, *folders), own_name)
        if RECORD_REF in raw:
            found[RECORD_REF] = own_name(raw[RECORD_REF])
        names |= {(code, name): own for name, own in found.items()}
    own = {
        (code, name): field.own_name
        for code, record in layout.records.items()
        for name, field in record.fields.items()
    }
    return names | own


def _own(layout: Layout, of: str, path: str) -> OwnName:
    """The name of a field; another record than `of` is named as well."""
    own, code = layout.field(path).own_name, path.partition(".")[0]
    return own if code == of else OwnName(own.name, f"record {code}, {own.place}")
