"""What should have come and did not: the contract says which supplier delivers which tables over which years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.contract import Terms
from pipeline.deliveries.register import Delivery


@dataclass(frozen=True, order=True)
class Missing:
    """A table of a supplier over a year that no accepted delivery holds."""

    supplier: str
    year: int
    table: str

    def __str__(self) -> str:
        """'veldzicht 2025 patient_report'."""
        return f"{self.supplier} {self.year} {self.table}"


def missing_tables(terms: Terms, year: int, accepted: Sequence[Delivery]) -> list[Missing]:
    """What the settlement of `year` lacks, by the contract's list of expected deliveries."""
    came = {
        (delivery.supplier, delivery.period, table) for delivery in accepted for table in delivery.accounts
    }
    return sorted(
        Missing(expected.supplier, each, table)
        for expected in terms.deliveries_expected.value
        for each in ([*terms.baseline_years, year] if expected.years == "baseline_and_contract" else [year])
        for table in expected.tables
        if (expected.supplier, str(each), table) not in came
    )
