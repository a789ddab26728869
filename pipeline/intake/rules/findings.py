"""What is wrong with which row, for the supplier to mend: where and why, never what stands there.

A finding points at a place (line, kind of record, field) and belongs to a canonical row, named by the line it
comes from (`row_number`): a performance record with an impossible date rejects every tariff line tied to it. Its
severity tells whether it rejects that row, or only warns about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

REJECTED, WARNING = "rejected", "warning"

FINDINGS = pl.Schema(
    {
        "row_number": pl.UInt32(),
        "line_number": pl.UInt32(),
        "record_code": pl.String(),
        "field": pl.String(),
        "rule": pl.String(),
        "reason": pl.String(),
        "severity": pl.String(),
    }
)

PLACED = pl.Schema({"file_number": pl.UInt32(), "file": pl.String(), "table": pl.String(), **FINDINGS})
"""Findings over a delivery: in which of its files (by number, from 0, and by name), on which canonical table."""


@dataclass(frozen=True)
class Check:
    """One rule on one field: `violated` is true for the rows that break it (null counts as kept).

    A `reason` that depends on the row is an expression, looked at for those that break the rule.
    """

    field: str
    rule: str
    reason: str | pl.Expr
    violated: pl.Expr
    severity: str = REJECTED


def violations(
    rows: pl.DataFrame, checks: Sequence[Check], *, record_code: str = "", line: str = "row_number"
) -> pl.DataFrame:
    """A finding for each row and check it breaks; `rows` has row_number and the line number named by `line`.

    All checks are counted in one pass; only those that some row breaks are looked at again.
    """
    if not checks:
        return FINDINGS.to_frame()
    counts = rows.select(check.violated.sum().alias(str(i)) for i, check in enumerate(checks)).row(0)
    broken = [check for check, count in zip(checks, counts, strict=True) if count]
    return together(
        rows.filter(check.violated).select(
            pl.col("row_number").cast(pl.UInt32),
            pl.col(line).cast(pl.UInt32).alias("line_number"),
            pl.lit(record_code).alias("record_code"),
            pl.lit(check.field).alias("field"),
            pl.lit(check.rule).alias("rule"),
            (pl.lit(check.reason) if isinstance(check.reason, str) else check.reason).alias("reason"),
            pl.lit(check.severity).alias("severity"),
        )
        for check in broken
    )


def together(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """All findings in the order of the rows; those of one row in the order they were found."""
    found = [part for part in parts if part.height]
    return pl.concat(found).sort("row_number", maintain_order=True) if found else FINDINGS.to_frame()


def rejecting(findings: pl.DataFrame) -> pl.DataFrame:
    """The findings for which their row is rejected."""
    return findings.filter(pl.col("severity") == REJECTED)


def first_rules(findings: pl.DataFrame) -> pl.DataFrame:
    """`row_number`, `rule`: each rejected row once, with the first rule it broke."""
    first = rejecting(findings).unique("row_number", keep="first", maintain_order=True)
    return first.select("row_number", "rule")
