"""The page of the canonical tables, from `pipeline/canonical/tables/*.yaml`."""

from __future__ import annotations

from docs.reference.markdown import code, codes, document, table
from pipeline.canonical import (
    WITHHELD,
    CanonicalColumn,
    CanonicalTable,
    canonical_tables,
    care_types,
    code_forms,
)

INTRODUCTION = """\
What a delivery may hold, and nothing else: a column that is not here cannot be delivered. A supplier's intake
makes these tables; sealing replaces the person's BSN (the column `person` of a key) by a ticket, and at the OCMO
each table is stored as `raw_<table>` with the pseudonym `pid` and the `delivery_id` before these columns.

The privacy class says what a column tells about a person. `pseudonym`: a number of the supplier's own, replaced
by its keyed hash before anything leaves. `quasi-identifier`: generalised at the source, because together with
others it could point at someone. `sensitive`: about somebody's health. `none`: says nothing of a person by
itself.

A column that may be empty need not be in a mapping: what it means that the source lacks it stands under each table.
How rows are checked before anything leaves the supplier is told in
[layers of checks](../explanation/layers-of-checks.md)."""

FORMS = f"""\
Codes kept by others are checked for their form, not for whether they exist. Where codes are so many digits, a code of
fewer digits is told apart: a leading zero was probably lost. In a column that may be withheld, `{WITHHELD}` stands in
place of a code that the person objected to: it is not told on purpose, which is neither a code nor unknown."""

KINDS = """\
Claim lines, payments and control totals name the same kinds of care. Fixed is what is paid by registration and not by
use, so that nobody can save on it by doing less."""


def page() -> str:
    """All canonical tables, in alphabetical order, then the forms of codes and the kinds of care."""
    tables = (_section(one) for one in canonical_tables().values())
    return document("Canonical tables", INTRODUCTION, *tables, _forms(), _kinds_of_care())


def _forms() -> str:
    rows = (
        (
            code(form.name),
            f"{form.digits} digits" if form.digits else code(form.pattern),
            form.says,
            form.source,
        )
        for form in code_forms().values()
    )
    return "\n\n".join(
        ["## Forms of codes", FORMS, table(("form", "looks like", "what it is", "source"), rows)]
    )


def _kinds_of_care() -> str:
    rows = (
        (code(kind.code), "yes" if kind.is_fixed else "no", kind.dutch, kind.says)
        for kind in care_types().values()
    )
    return "\n\n".join(["## Kinds of care", KINDS, table(("kind", "fixed", "Dutch", "what it is"), rows)])


def _section(one: CanonicalTable) -> str:
    facts = [f"- Grain: {one.grain}", f"- Key: {codes(one.key)}"]
    if one.money_column:
        facts.append(f"- Amount that must close from file to lake: {code(one.money_column)}")
    if one.granted_column:
        facts.append(f"- Amount that counts in its place where it is filled: {code(one.granted_column)}")
    columns = table(
        ("column", "type", "may be empty", "values or code list", "privacy", "what it is"),
        (_column(column) for column in one.columns),
    )
    parts = [f"## {one.name}", one.describes, "\n".join(facts), columns]
    optional = [column for column in one.columns if column.optional]
    if optional:
        parts += ["When the source lacks a column that may be empty:", "\n".join(map(_lacking, optional))]
    return "\n\n".join(parts)


def _column(column: CanonicalColumn) -> tuple[str, ...]:
    empty = "yes" if column.optional else "no"
    if column.empty_only_with:
        empty = f"where {code(column.empty_only_with)} is filled"
    return code(column.name), column.type, empty, _allowed(column), column.privacy, column.says


def _allowed(column: CanonicalColumn) -> str:
    """The values, or the form of the codes, that the column may have."""
    if column.values == tuple(care_types()):
        return "[kinds of care](#kinds-of-care)"
    found = [codes(column.values) or column.codes]
    found += [f"{case.codes} where {code(case.column)} is {code(case.value)}" for case in column.codes_where]
    found += [code(WITHHELD)] if column.has_withheld else []
    return ", ".join(filter(None, found))


def _lacking(column: CanonicalColumn) -> str:
    return f"- {code(column.name)}: {column.lacking}"
