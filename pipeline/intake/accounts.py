"""Rows and cents: delivered, accepted, rejected; they must close, per file and per delivery.

What leaves with a delivery is, per canonical table, a `TableAccount` as JSON, and `files`. For instance:

    {"claim_line": {
        "rows_delivered": 1000, "rows_accepted": 997, "rows_rejected": 3,
        "cents_delivered": 5000000, "cents_accepted": 4990000, "cents_rejected": 10000,
        "rejected_by_rule": {"bsn": 2, "date": 1}, "rejected_cents_by_rule": {"bsn": 4000, "date": 6000},
        "rejected_by_care": [
            {"year_of_loss": 2024, "care_type_code": "pharmacy", "rows": 2, "cents": 4000},
            {"year_of_loss": null, "care_type_code": "unknown", "rows": 1, "cents": 6000}],
        "credits_of_rejected": {"rows": 1, "cents": -4000},
        "files": [{"standard": "AP304", "version": "8.0", "file_ref": "..."}]}}

`rejected_by_care` is by the year of the row's opening date (a credit has its claim's) and its kind of care, in
that order; null and "unknown" where the row does not tell. Its rows and cents add up to what is rejected. Other
tables have an empty list. `credits_of_rejected` are accepted claim lines that credit a rejected one of the same
delivery (`kept_back`); other tables do not have it. The cents are signed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from pipeline.errors import ReconciliationError
from pipeline.intake.findings import first_rules
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
    cents_delivered: int = 0
    cents_accepted: int = 0
    cents_rejected: int = 0
    rejected_by_rule: dict[str, int] = field(default_factory=dict)
    rejected_cents_by_rule: dict[str, int] = field(default_factory=dict)
    rejected_by_care: list[CareAccount] = field(default_factory=list)

    def __add__(self, other: TableAccount) -> TableAccount:
        """Both accounts together."""
        return TableAccount(
            rows_delivered=self.rows_delivered + other.rows_delivered,
            rows_accepted=self.rows_accepted + other.rows_accepted,
            rows_rejected=self.rows_rejected + other.rows_rejected,
            cents_delivered=self.cents_delivered + other.cents_delivered,
            cents_accepted=self.cents_accepted + other.cents_accepted,
            cents_rejected=self.cents_rejected + other.cents_rejected,
            rejected_by_rule=_added(self.rejected_by_rule, other.rejected_by_rule),
            rejected_cents_by_rule=_added(self.rejected_cents_by_rule, other.rejected_cents_by_rule),
            rejected_by_care=_together([*self.rejected_by_care, *other.rejected_by_care]),
        )

    def require_closed(self, where: str) -> TableAccount:
        """This account, whose sums close.

        Raises:
            ReconciliationError: when delivered differs from accepted and rejected together, or what is
                rejected from its parts.
        """
        rows = self.rows_accepted + self.rows_rejected
        cents = self.cents_accepted + self.cents_rejected
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
                f"Delivered are {self.rows_delivered} rows and {self.cents_delivered} cents, accepted and "
                f"rejected together {rows} rows and {cents} cents; {self.rows_rejected} rows are rejected, "
                f"{by_rule} rows and {cents_by_rule} cents by a rule; by kind of care rows and cents are {by_care}",
                where=where,
                remedy="This is a fault of the software; nothing was delivered.",
            )
        return self


def account(
    staged: StagedTable, accepted: pl.DataFrame, rejected: pl.DataFrame, findings: pl.DataFrame
) -> TableAccount:
    """The account of one staged table, split into accepted and rejected rows."""
    money = staged.table.money_column
    by_rule = (
        rejected.join(first_rules(findings), on="row_number")
        .group_by("rule")
        .agg(rows=pl.len(), cents=pl.col(money).sum() if money else pl.lit(0))
        .sort("rule")
    )
    return TableAccount(
        rows_delivered=staged.delivered_rows,
        rows_accepted=accepted.height,
        rows_rejected=rejected.height,
        cents_delivered=staged.delivered_cents,
        cents_accepted=_cents(accepted, money),
        cents_rejected=_cents(rejected, money),
        rejected_by_rule=dict(by_rule.select("rule", "rows").iter_rows()),
        rejected_cents_by_rule=dict(by_rule.select("rule", "cents").iter_rows()),
        rejected_by_care=_by_care(rejected) if staged.table.name == "claim_line" else [],
    )


def _added(one: dict[str, int], two: dict[str, int]) -> dict[str, int]:
    """By rule, in alphabetical order; a rule whose cents cancel out stays."""
    return {rule: one.get(rule, 0) + two.get(rule, 0) for rule in sorted({*one, *two})}


def _cents(rows: pl.DataFrame, money: str | None) -> int:
    return int(rows[money].sum()) if money else 0


def _by_care(rejected: pl.DataFrame) -> list[CareAccount]:
    cells = rejected.group_by(
        year_of_loss=pl.col("opening_date").dt.year(),
        care_type_code=pl.col("care_type_code").fill_null(UNKNOWN),
    ).agg(rows=pl.len(), cents=pl.col("declared_cents").sum())
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
