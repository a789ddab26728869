"""The page of the canonical tables, from `pipeline/canonical/tables/*.yaml`."""

from __future__ import annotations

from docs.reference.markdown import code, codes, document, table
from pipeline.canonical import CanonicalColumn, CanonicalTable, canonical_tables

INTRODUCTION = """\
What a delivery may hold, and nothing else: a column that is not here cannot be delivered. A supplier's intake
makes these tables; sealing replaces the person's BSN (the column `person` of a key) by a ticket, and at the OCMO
each table is stored as `raw_<table>` with the pseudonym `pid` and the `delivery_id` before these columns.

The privacy class says what a column tells about a person. `pseudonym`: a number of the supplier's own, replaced
by its keyed hash before anything leaves. `quasi-identifier`: generalised at the source, because together with
others it could point at someone. `sensitive`: about somebody's health. `none`: says nothing of a person by
itself."""


def page() -> str:
    """All canonical tables, in alphabetical order."""
    return document("Canonical tables", INTRODUCTION, *(_section(one) for one in canonical_tables().values()))


def _section(one: CanonicalTable) -> str:
    facts = [f"- Grain: {one.grain}", f"- Key: {codes(one.key)}"]
    if one.money_column:
        facts.append(f"- Amount that must close from file to lake: {code(one.money_column)}")
    columns = table(
        ("column", "type", "may be empty", "values or code list", "privacy", "what it is"),
        (_column(column) for column in one.columns),
    )
    return "\n\n".join([f"## {one.name}", one.describes, "\n".join(facts), columns])


def _column(column: CanonicalColumn) -> tuple[str, ...]:
    allowed = codes(column.values) or column.codes
    empty = "yes" if column.optional else "no"
    return code(column.name), column.type, empty, allowed, column.privacy, column.says
