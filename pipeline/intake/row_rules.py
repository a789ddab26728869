"""Judge canonical rows: complete, in form, of a possible person, and none of them twice.

Only rows whose fields could be read come here. Which columns may be empty, which values are allowed and what
code a column holds, the canonical tables' YAML says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

import polars as pl

from pipeline.canonical import CanonicalColumn, CanonicalTable
from pipeline.intake.findings import Check, together, violations

JudgeBsn = Callable[[pl.Series], pl.DataFrame]
"""Different BSNs as text -> as many rows: `normalised` (nine digits), and `reason`, null when it is good."""

DIGITS = {"AGB": 8, "UZOVI": 4, "COD367": 3}
"""The digits of codes kept by others: AGB and UZOVI registers, Vektis' code list COD367."""


def judge_rows(
    rows: pl.DataFrame,
    table: CanonicalTable,
    record_code: str,
    judge_bsn: JudgeBsn,
    delivery_checks: Iterable[Check] = (),
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows with their BSN normalised (null when it is none), and the findings on them.

    Rows of tables that are not about persons have no BSN. `delivery_checks` are what the delivery asks of the
    rows besides. A row is a duplicate of an earlier one only if that one has no fault.
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
    faultless = rows.join(faults, on="row_number", how="anti", maintain_order="left")
    duplicates = violations(faultless, [_duplicate(table)], record_code=record_code)
    return rows.drop("bsn_reason", strict=False), together([faults, duplicates])


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
    if column.values:
        reason = f"{name} is none of {', '.join(column.values)}"
        found.append(Check(name, "code", reason, ~value.is_in(column.values)))
    if column.codes in DIGITS:
        found += _digit_checks(name, column.codes)
    return tuple(found)


def _digit_checks(name: str, codes: str) -> list[Check]:
    """A code of too few digits is told apart: a spreadsheet takes codes for numbers and drops their zeros."""
    value, digits = pl.col(name), DIGITS[codes]
    shorter = value.str.contains(rf"^\d{{1,{digits - 1}}}$")
    lost = (
        f"{name} has fewer than the {digits} digits of an {codes} code: a leading zero may have been lost; "
        "export the column as text"
    )
    other = f"{name} has not the form of an {codes} code"
    return [
        Check(name, "leading_zero", lost, shorter),
        Check(name, "code", other, ~shorter & ~value.str.contains(rf"^\d{{{digits}}}$")),
    ]


def _duplicate(table: CanonicalTable) -> Check:
    key = ["bsn" if name == "person" else name for name in table.key]
    again = ~pl.struct(key).is_first_distinct()
    names = ", ".join(key)
    return Check(key[0], "duplicate", f"an earlier row has the same {names}", again)
