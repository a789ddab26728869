"""Judge each field as text: is it filled where it must be, and can it be read as what it should be?

For Vektis records the rules follow from the layout: obligation M, type N, a date by its element code. For
tables they follow from the mapping: which column feeds a date, a number, an amount, a coded value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import polars as pl

from pipeline.intake.columns.notation import VEKTIS, Notation, integer
from pipeline.intake.messages.record_layout import Field, Record
from pipeline.intake.rules.expected import amount_reason, count_reason, date_reason
from pipeline.intake.rules.findings import Check, violations

DEBIT_CREDIT = ("C", "D")


@dataclass(frozen=True)
class FieldForm:
    """What a text column should hold. `kind` is date, cents, count, digits or text; `allowed` its codes."""

    name: str
    kind: str
    mandatory: bool = False
    allowed: tuple[str, ...] = ()


def judge_records(records: pl.DataFrame, record: Record) -> pl.DataFrame:
    """Findings on the records of one code (row_number, line_number and the fields as text)."""
    forms = [form_of(field) for field in record.fields.values() if field.obligation != "S"]
    return judge_fields(records, forms, VEKTIS, record_code=record.code)


def judge_fields(
    rows: pl.DataFrame, forms: Iterable[FieldForm], notation: Notation, *, record_code: str = ""
) -> pl.DataFrame:
    """Findings on text columns; `rows` has row_number, line_number and a column for each form."""
    checks = [check for form in forms for check in _checks(form, notation)]
    return violations(rows, checks, record_code=record_code, line="line_number")


def empty_zeros(field: Field) -> pl.Expr:
    """The field with null for zeros only, the way to leave an N field empty that is no amount or number."""
    value = pl.col(field.name)
    if field.type != "N" or field.kind in ("cents", "count"):
        return value
    return pl.when(value.str.contains("[^0]")).then(value)


def form_of(field: Field) -> FieldForm:
    """What a field of a record should hold, by its layout."""
    return FieldForm(
        name=field.name,
        kind=field.kind if field.type == "AN" or field.kind == "date" else "digits",
        mandatory=field.obligation == "M",
        allowed=DEBIT_CREDIT if field.name.endswith("_sign") else (),
    )


@cache
def _checks(form: FieldForm, notation: Notation) -> tuple[Check, ...]:
    value = pl.col(form.name)
    found = []
    if form.mandatory:
        found.append(Check(form.name, "mandatory", f"{form.name} is empty", value.is_null()))
    if form.kind == "date":
        # A date of zeros is an empty one: a fault only where a date must stand.
        filled = pl.lit(True) if form.mandatory else value.str.contains("[^0]")
        no_date = value.is_not_null() & filled & notation.date(value).is_null()
        found.append(Check(form.name, "date", date_reason(form.name, value, notation), no_date))
    elif form.kind == "digits":
        other = value.str.contains("[^0-9]")
        found.append(Check(form.name, "digits", f"{form.name} holds other characters than digits", other))
    elif form.kind in ("count", "cents"):
        is_count = form.kind == "count"
        number = integer(value) if is_count else notation.cents(value)
        no_number = value.is_not_null() & number.is_null()
        said = count_reason(form.name, value) if is_count else amount_reason(form.name, value, notation)
        found.append(Check(form.name, "number", said, no_number))
    if form.allowed:
        reason = f"{form.name} is none of {', '.join(form.allowed)}"
        found.append(Check(form.name, "code", reason, ~value.is_in(form.allowed)))
    return tuple(found)
