"""Rows and cents: delivered, accepted, rejected, merged; they must close, per file and per delivery.

What leaves with a delivery is, per canonical table, a `TableAccount` as JSON, and `files`. For instance:

    {"claim_line": {
        "rows_delivered": 1000, "rows_accepted": 997, "rows_rejected": 3, "rows_merged": 0,
        "cents_delivered": 5000000, "cents_accepted": 4990000, "cents_rejected": 10000, "cents_merged": 0,
        "rejected_by_rule": {"bsn": 2, "date": 1}, "rejected_cents_by_rule": {"bsn": 4000, "date": 6000},
        "rejected_by_care": [
            {"year_of_loss": 2024, "care_type_code": "pharmacy", "rows": 2, "cents": 4000},
            {"year_of_loss": null, "care_type_code": "unknown", "rows": 1, "cents": 6000}],
        "credits_of_rejected": {"rows": 1, "cents": -4000}, "awarded_less_declared_cents": -25000,
        "files": [{"standard": "AP304", "version": "8.0", "file_ref": "..."}]}}

`rejected_by_care` is by the year of the row's opening date (a credit has its claim's) and its kind of care, in
that order; null and "unknown" where the row does not tell. Its rows and cents add up to what is rejected. Other
tables have an empty list. Merged are rows of a return whose declaration is in the delivery too (`returns`): the same
claims, told twice. Only claim lines have the two others: `credits_of_rejected` are accepted lines that credit a
rejected one of the same delivery (`kept_back`), `awarded_less_declared_cents` is the difference over the accepted lines
that have both. All cents are as declared, and signed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from pipeline.canonical import CanonicalTable
from pipeline.errors import ReconciliationError
from pipeline.intake.rules.findings import first_rules
from pipeline.intake.staging import StagedTable

UNKNOWN = "unknown"


@dataclass(frozen=True)
class CareAccount:
    """Rejected claim lines of one year of loss (None: it cannot be read) and kind of care."""

    year_of_loss: int | None
    care_type_code: str
    rows: int
    cents: int


@dataclass(frozen=True)
class TableAccount:
    """What became of one table's rows and cents. By rule, each row counts once, with the first that it broke."""

    rows_delivered: int = 0
    rows_accepted: int = 0
    rows_rejected: int = 0
    rows_merged: int = 0
    cents_delivered: int = 0
    cents_accepted: int = 0
    cents_rejected: int = 0
    cents_merged: int = 0
    rejected_by_rule: dict[str, int] = field(default_factory=dict)
    rejected_cents_by_rule: dict[str, int] = field(default_factory=dict)
    rejected_by_care: list[CareAccount] = field(default_factory=list)

    def __add__(self, other: TableAccount) -> TableAccount:
        """Both accounts together."""
        return TableAccount(
            rows_delivered=self.rows_delivered + other.rows_delivered,
            rows_accepted=self.rows_accepted + other.rows_accepted,
            rows_rejected=self.rows_rejected + other.rows_rejected,
            rows_merged=self.rows_merged + other.rows_merged,
            cents_delivered=self.cents_delivered + other.cents_delivered,
            cents_accepted=self.cents_accepted + other.cents_accepted,
            cents_rejected=self.cents_rejected + other.cents_rejected,
            cents_merged=self.cents_merged + other.cents_merged,
            rejected_by_rule=_added(self.rejected_by_rule, other.rejected_by_rule),
            rejected_cents_by_rule=_added(self.rejected_cents_by_rule, other.rejected_cents_by_rule),
            rejected_by_care=_together([*self.rejected_by_care, *other.rejected_by_care]),
        )

    def require_closed(self, where: str) -> TableAccount:
        """This account, whose sums close.

        Raises:
            ReconciliationError: when delivered differs from accepted, rejected and merged together, or what is
                rejected from its parts.
        """
        rows = self.rows_accepted + self.rows_rejected + self.rows_merged
        cents = self.cents_accepted + self.cents_rejected + self.cents_merged
        by_rule = sum(self.rejected_by_rule.values())
        cents_by_rule = sum(self.rejected_cents_by_rule.values())
        by_care = (
            sum(care.rows for care in self.rejected_by_care),
            sum(care.cents for care in self.rejected_by_care),
        )
        is_by_care = not self.rejected_by_care or by_care == (self.rows_rejected, self.cents_rejected)
        is_by_rule = not self.rejected_cents_by_rule or cents_by_rule == self.cents_rejected
        said = (self.rows_delivered, self.cents_delivered, self.rows_rejected)
        if said != (rows, cents, by_rule) or not (is_by_care and is_by_rule):
            raise ReconciliationError(
                f"Delivered are {self.rows_delivered} rows and {self.cents_delivered} cents, accepted, rejected "
                f"and merged together {rows} rows and {cents} cents; {self.rows_rejected} rows are rejected, "
                f"{by_rule} rows and {cents_by_rule} cents by a rule; by kind of care rows and cents are {by_care}",
                where=where,
                remedy="This is a fault of the software; nothing was delivered.",
            )
        return self


def account(
    staged: StagedTable, accepted: pl.DataFrame, rejected: pl.DataFrame, findings: pl.DataFrame
) -> TableAccount:
    """The account of one staged table, split into accepted and rejected rows."""
    return TableAccount(
        rows_delivered=staged.delivered_rows,
        rows_accepted=accepted.height,
        cents_delivered=staged.delivered_cents,
        cents_accepted=_cents(accepted, staged.table.money_column),
        **_rejections(staged.table, rejected, findings),
    )


def rejected_later(table: CanonicalTable, rejected: pl.DataFrame, findings: pl.DataFrame) -> TableAccount:
    """What these rows change in an account by which they were accepted."""
    cents = _cents(rejected, table.money_column)
    return TableAccount(
        rows_accepted=-rejected.height, cents_accepted=-cents, **_rejections(table, rejected, findings)
    )


def merged_later(rows: int, cents: int) -> TableAccount:
    """What merging so many rows away changes in an account by which they were accepted."""
    return TableAccount(rows_accepted=-rows, cents_accepted=-cents, rows_merged=rows, cents_merged=cents)


def _rejections(table: CanonicalTable, rejected: pl.DataFrame, findings: pl.DataFrame) -> dict[str, Any]:
    """What an account says of rejected rows; `findings` are on them."""
    money = table.money_column
    by_rule = (
        rejected.join(first_rules(findings), on="row_number")
        .group_by("rule")
        .agg(rows=pl.len(), cents=_sum(money) if money else pl.lit(0))
        .sort("rule")
    )
    return {
        "rows_rejected": rejected.height,
        "cents_rejected": _cents(rejected, money),
        "rejected_by_rule": dict(by_rule.select("rule", "rows").iter_rows()),
        "rejected_cents_by_rule": dict(by_rule.select("rule", "cents").iter_rows()),
        "rejected_by_care": _by_care(rejected) if table.name == "claim_line" else [],
    }


def _added(one: dict[str, int], two: dict[str, int]) -> dict[str, int]:
    """By rule, in alphabetical order; a rule whose cents cancel out stays."""
    return {rule: one.get(rule, 0) + two.get(rule, 0) for rule in sorted({*one, *two})}


def _cents(rows: pl.DataFrame, money: str | None) -> int:
    return int(rows.select(_sum(money)).item()) if money else 0


def _sum(money: str) -> pl.Expr:
    """In 128 bits: ten thousand of the largest amounts that are read (a column of numbers, say) exceed 64."""
    return pl.col(money).cast(pl.Int128).sum()


def _by_care(rejected: pl.DataFrame) -> list[CareAccount]:
    cells = rejected.group_by(
        year_of_loss=pl.col("opening_date").dt.year(),
        care_type_code=pl.col("care_type_code").fill_null(UNKNOWN),
    ).agg(rows=pl.len(), cents=_sum("declared_cents"))
    return _together(CareAccount(**cell) for cell in cells.iter_rows(named=True))


def _together(parts: Iterable[CareAccount]) -> list[CareAccount]:
    """One entry per year and kind of care, in that order, the unknown year last."""
    rows: Counter[tuple[int | None, str]] = Counter()
    cents: Counter[tuple[int | None, str]] = Counter()
    for part in parts:
        cell = part.year_of_loss, part.care_type_code
        rows[cell] += part.rows
        cents[cell] += part.cents
    ordered = sorted(rows, key=lambda cell: (cell[0] is None, cell))
    return [CareAccount(*cell, rows[cell], cents[cell]) for cell in ordered]
