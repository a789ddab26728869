"""What was granted in place of what was declared: the one figure by which both amounts of a delivery close.

A claim line that holds a decision of the insurer counts for the amount awarded, all others for the amount
declared. The accounts of a delivery are in declared cents, which its files state themselves; what awarded amounts
add to them or take off is told beside them, so that the amount that counts can be followed to the cent as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipeline.canonical import CanonicalTable
from pipeline.intake.between.placed import collected


def granted_less_delivered(accepted: pl.LazyFrame, table: CanonicalTable) -> int:
    """Cents: over the rows whose granted amount is filled, that amount less the delivered one, added up.

    Zero for a table in which nothing is granted. Amounts are signed: a credit that is granted less lowers it less.
    """
    if table.granted_column is None or table.money_column is None:
        return 0
    less = pl.col(table.granted_column) - pl.col(table.money_column)
    return int(collected(accepted.select(less.cast(pl.Int128).sum())).item())


@dataclass(frozen=True)
class Decided:
    """The accepted lines on which insurers decided: what they declare, and what is awarded.

    On `denied_lines` of them nothing is awarded although they declare an amount.
    """

    lines: int
    declared_cents: int
    awarded_cents: int
    denied_lines: int


def decided(accepted: pl.LazyFrame, table: CanonicalTable) -> Decided | None:
    """What is decided on these rows; None where nothing is."""
    if table.granted_column is None or table.money_column is None:
        return None
    declared, awarded = pl.col(table.money_column), pl.col(table.granted_column)
    counted = accepted.filter(awarded.is_not_null()).select(
        pl.len(),
        declared.cast(pl.Int128).sum(),
        awarded.cast(pl.Int128).sum().alias("awarded"),
        ((awarded == 0) & (declared != 0)).sum().alias("denied"),
    )
    found = Decided(*map(int, collected(counted).row(0)))
    return found if found.lines else None
