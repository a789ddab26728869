"""The insurers' ledgers: every claim line that they hold of a period, and the file that holds it.

What an insurer's own books say follows from it, and it tells who plants or tests a defect where a line is.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

LEDGER_COLUMNS: dict[str, type[pl.DataType]] = {
    "supplier": pl.String,
    "insurer_code": pl.String,
    "care_type_code": pl.String,
    "provider_code": pl.String,
    "line_number": pl.Int64,
    "year_of_loss": pl.Int16,
    "invoiced_date": pl.Date,
    "declared_cents": pl.Int64,
    "file": pl.String,
}
"""Columns of the ledger.

`line_number` is the number that the line's reference ends in (of a hospital's performance: shared by its costs and
its fee); `file` is the path from the region's folder; `year_of_loss` is that of the chain's head.
"""


def ledger_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """The frame with exactly the ledger's columns and types."""
    return lines.select(pl.col(name).cast(dtype) for name, dtype in LEDGER_COLUMNS.items())


@dataclass(frozen=True)
class Ledger:
    """The claim lines of one period by insurer, filled file by file."""

    entries: dict[str, list[pl.DataFrame]] = field(default_factory=dict)

    def enter(self, supplier: str, lines: pl.DataFrame) -> None:
        """Add what one file of this insurer holds."""
        self.entries.setdefault(supplier, []).append(lines)

    def of(self, supplier: str) -> pl.DataFrame:
        """The lines of one insurer, in the order of its files."""
        return pl.concat([pl.DataFrame(schema=LEDGER_COLUMNS), *self.entries.get(supplier, [])])
