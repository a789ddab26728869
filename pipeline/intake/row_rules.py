"""Judge canonical rows: complete, in form, of a possible person, and none of them twice.

Only rows whose fields could be read come here. Which columns may be empty, which values are allowed and what
code a column holds, the canonical tables' YAML says.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from pipeline.canonical import CanonicalColumn, CanonicalTable
from pipeline.intake.findings import Check, together, violations

JudgeBsn = Callable[[pl.Series], pl.DataFrame]
"""Different BSNs as text -> as many rows: `normalised` (nine digits), and `reason`, null when it is good."""

# The form of codes kept by others: AGB and UZOVI registers, Vektis' code list COD367.
FORMS = {"AGB": r"^\d{8}$", "UZOVI": r"^\d{4}$", "COD367": r"^\d{3}$"}


def judge_rows(
    rows: pl.DataFrame, table: CanonicalTable, record_code: str, judge_bsn: JudgeBsn
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows with their BSN normalised (null when it is none), and the findings on them.

    A row is a duplicate of an earlier one only if that one has no fault.
    """
    rows = _with_judged_bsn(rows, judge_bsn)
    checks = [check for column in table.columns for check in _column_checks(column)]
    reason = pl.col("bsn_reason")
    checks += [
        Check("bsn", "bsn", f"this cannot be a BSN: {said}", reason == said)
        for said in rows["bsn_reason"].drop_nulls().unique().sort()
    ]
    faults = violations(rows, checks, record_code=record_code)
    faultless = rows.join(faults, on="row_number", how="anti", maintain_order="left")
    duplicates = violations(faultless, [_duplicate(table)], record_code=record_code)
    return rows.drop("bsn_reason"), together([faults, duplicates])


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


def _column_checks(column: CanonicalColumn) -> list[Check]:
    name, value = column.name, pl.col(column.name)
    found = []
    if not column.optional:
        found.append(Check(name, "mandatory", f"{name} is empty or cannot be read", value.is_null()))
    if column.values:
        reason = f"{name} is none of {', '.join(column.values)}"
        found.append(Check(name, "code", reason, ~value.is_in(column.values)))
    if column.codes in FORMS:
        reason = f"{name} has not the form of an {column.codes} code"
        found.append(Check(name, "code", reason, ~value.str.contains(FORMS[column.codes])))
    return found


def _duplicate(table: CanonicalTable) -> Check:
    key = ["bsn" if name == "person" else name for name in table.key]
    again = ~pl.struct(key).is_first_distinct()
    names = ", ".join(key)
    return Check(key[0], "duplicate", f"an earlier row has the same {names}", again)
