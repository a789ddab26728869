"""What is judged of the fields of an XML message: their form, the codes that are translated, and the rules."""

from __future__ import annotations

import polars as pl

from pipeline.intake.columns.mapping import TableMapping
from pipeline.intake.columns.notation import integer
from pipeline.intake.gds import conditions
from pipeline.intake.gds.layout import Record, XmlLayout
from pipeline.intake.rules.field_rules import DEBIT_CREDIT, FieldForm
from pipeline.intake.rules.findings import FINDINGS, REJECTED, Check

FORM_KINDS = {"boolean": "text", "sign": "text", "presence": "text"}
ODD_AMOUNT = "has a sign, or more than 12 digits before the point"
ALLOWED = {"boolean": ("true", "false"), "sign": DEBIT_CREDIT}


def value_of(layout: XmlLayout) -> conditions.Value:
    """Fields of wide rows as what they hold."""

    def value(path: str) -> pl.Expr:
        match layout.kind(path):
            case "date":
                return layout.notation.date(pl.col(path))
            case "cents":
                return layout.notation.cents(pl.col(path))
            case "count":
                return integer(pl.col(path))
        return pl.col(path)

    return value


def forms_of(record: Record) -> list[FieldForm]:
    """What the fields of a record should hold."""
    return [
        FieldForm(
            name=f"{record.name}.{one.name}",
            kind=FORM_KINDS.get(one.kind, one.kind),
            mandatory=one.obligation == "M",
            allowed=ALLOWED.get(one.kind, ()),
        )
        for one in record.fields.values()
    ]


def checks_of(
    layout: XmlLayout, record: Record, mapping: TableMapping
) -> tuple[list[FieldForm], list[Check]]:
    """The forms of a record's fields and of the codes that the mapping translates; the rules on it."""
    coded = [form for form in mapping.forms() if form.allowed and form.name.startswith(f"{record.name}.")]
    forms = [*forms_of(record), *(form for form in coded if form.allowed != DEBIT_CREDIT)]
    odd = [
        Check(
            one, "number", f"{one} {ODD_AMOUNT}", pl.col(f"{record.name}.{one}").str.contains(r"^-|^\d{13}")
        )
        for one, field in record.fields.items()
        if field.kind == "cents"
    ]
    rules = [rule for rule in layout.rules if rule.of == record.name and rule.must]
    return forms, [*odd, *(conditions.check(rule, value_of(layout)) for rule in rules)]


def without_prefix(findings: pl.DataFrame, name: str) -> pl.DataFrame:
    """'debit.begin_date' as 'begin_date': the record has a column of its own."""
    return findings.with_columns(pl.col("field", "reason").str.strip_prefix(f"{name}."))


def repetitions(places: list[tuple[int, str, str]]) -> pl.DataFrame:
    """A finding for each row number, element and field that stands there more than once."""
    rows = [
        (number, number, element, name, "repeated", f"{name} stands more than once", REJECTED)
        for number, element, name in places
    ]
    return pl.DataFrame(rows, schema=FINDINGS, orient="row")
