"""Judge canonical rows one by one: complete, in form, of a possible person.

Only rows whose fields could be read come here. Which columns may be empty, which values are allowed and what
code a column holds, the canonical tables' YAML says. What holds between rows is judged in `between_rows`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

import polars as pl

from pipeline.canonical import WITHHELD, CanonicalColumn, CanonicalTable, CodeForm, code_forms
from pipeline.intake.rules.findings import Check, violations

JudgeBsn = Callable[[pl.Series], pl.DataFrame]
"""Different BSNs as text -> as many rows: `normalised` (nine digits), and `reason`, null when it is good."""


def judge_rows(
    rows: pl.DataFrame,
    table: CanonicalTable,
    record_code: str,
    judge_bsn: JudgeBsn,
    delivery_checks: Iterable[Check] = (),
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows with their BSN normalised (null when it is none), and the findings on them.

    Rows of tables that are not about persons have no BSN. `delivery_checks` are what the delivery asks of the
    rows besides.
    """
    checks = [check for column in table.columns for check in _column_checks(column)]
    checks += delivery_checks
    if table.is_personal:
        rows = _with_judged_bsn(rows, judge_bsn)
        checks += [
            Check("bsn", "bsn", f"this cannot be a BSN: {said}", pl.col("bsn_reason") == said)
            for said in rows["bsn_reason"].drop_nulls().unique().sort()
        ]
    faults = violations(rows, checks, record_code=record_code)
    return rows.drop("bsn_reason", strict=False), faults


def _with_judged_bsn(rows: pl.DataFrame, judge_bsn: JudgeBsn) -> pl.DataFrame:
    """Each different number is judged once."""
    numbers = rows["bsn"].drop_nulls().unique(maintain_order=True)
    judged = judge_bsn(numbers)
    verdicts = pl.DataFrame(
        {"bsn": numbers, "normalised": judged["normalised"], "bsn_reason": judged["reason"]},
        schema_overrides={"bsn_reason": pl.String},
    )
    return (
        rows.join(verdicts, on="bsn", how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("bsn").is_null())
            .then(pl.lit("empty"))
            .otherwise(pl.col("bsn_reason"))
            .alias("bsn_reason"),
            bsn=pl.col("normalised"),
        )
        .drop("normalised")
    )


@cache
def _column_checks(column: CanonicalColumn) -> tuple[Check, ...]:
    name, value = column.name, pl.col(column.name)
    found = []
    if not column.optional:
        found.append(Check(name, "mandatory", f"{name} is empty or cannot be read", value.is_null()))
    if column.empty_only_with:
        reason = f"{name} is empty, and {column.empty_only_with} is empty too"
        both = value.is_null() & pl.col(column.empty_only_with).is_null()
        found.append(Check(name, "mandatory", reason, both))
    if column.values:
        reason = f"{name} is none of {', '.join(column.values)}"
        found.append(Check(name, "code", reason, ~value.is_in(column.values)))
    judged = value != WITHHELD if column.has_withheld else pl.lit(True)
    if column.codes:
        found += _form_checks(name, code_forms()[column.codes], judged)
    for case in column.codes_where:
        found += _form_checks(name, code_forms()[case.codes], pl.col(case.column) == case.value)
    return tuple(found)


def _form_checks(name: str, form: CodeForm, judged: pl.Expr) -> list[Check]:
    """A code of too few digits is told apart: a spreadsheet takes codes for numbers and drops their zeros."""
    value = pl.col(name)
    other = judged & ~value.str.contains(form.whole)
    reason = f"{name} has not the form of {form.article} {form.name} code"
    if form.digits is None:
        return [Check(name, "code", reason, other)]
    shorter = value.str.contains(rf"^[0-9]{{1,{form.digits - 1}}}$")
    lost = (
        f"{name} has fewer than the {form.digits} digits of {form.article} {form.name} code: a leading zero may "
        "have been lost; export the column as text"
    )
    return [
        Check(name, "leading_zero", lost, judged & shorter),
        Check(name, "code", reason, other & ~shorter),
    ]
