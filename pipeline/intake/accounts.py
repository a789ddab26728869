"""Rows and cents: delivered, accepted, rejected; they must close, per file and per delivery."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import polars as pl

from pipeline.errors import ReconciliationError
from pipeline.intake.findings import first_rules
from pipeline.intake.staging import StagedTable


@dataclass(frozen=True)
class TableAccount:
    """What became of one table's rows and cents. `rejected_by_rule` counts each row once."""

    rows_delivered: int = 0
    rows_accepted: int = 0
    rows_rejected: int = 0
    cents_delivered: int = 0
    cents_accepted: int = 0
    cents_rejected: int = 0
    rejected_by_rule: dict[str, int] = field(default_factory=dict)

    def __add__(self, other: TableAccount) -> TableAccount:
        """Both accounts together."""
        rules = Counter(self.rejected_by_rule) + Counter(other.rejected_by_rule)
        return TableAccount(
            rows_delivered=self.rows_delivered + other.rows_delivered,
            rows_accepted=self.rows_accepted + other.rows_accepted,
            rows_rejected=self.rows_rejected + other.rows_rejected,
            cents_delivered=self.cents_delivered + other.cents_delivered,
            cents_accepted=self.cents_accepted + other.cents_accepted,
            cents_rejected=self.cents_rejected + other.cents_rejected,
            rejected_by_rule=dict(sorted(rules.items())),
        )

    def require_closed(self, where: str) -> TableAccount:
        """This account, whose sums close.

        Raises:
            ReconciliationError: when delivered differs from accepted and rejected together.
        """
        rows = self.rows_accepted + self.rows_rejected
        cents = self.cents_accepted + self.cents_rejected
        by_rule = sum(self.rejected_by_rule.values())
        if (self.rows_delivered, self.cents_delivered, self.rows_rejected) != (rows, cents, by_rule):
            raise ReconciliationError(
                f"Delivered are {self.rows_delivered} rows and {self.cents_delivered} cents, accepted and "
                f"rejected together {rows} rows and {cents} cents; {self.rows_rejected} rows are rejected, "
                f"{by_rule} by a rule",
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
        rows_rejected=rejected.height,
        cents_delivered=staged.delivered_cents,
        cents_accepted=_cents(accepted, staged.table.money_column),
        cents_rejected=_cents(rejected, staged.table.money_column),
        rejected_by_rule=first_rules(findings),
    )


def _cents(rows: pl.DataFrame, money: str | None) -> int:
    return int(rows[money].sum()) if money else 0
