"""Credits that a supplier delivers of claims that it keeps back.

A rejected claim stays with the supplier, and a credit of it may be without a fault. The OCMO then sees a credit of
a claim that never came, while the insurer's books hold both. Only the supplier can tell such a credit from one of
a claim that nobody has; it does so in rows and cents, for the delivery as a whole. What was rejected in another
delivery is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipeline.intake.row_rules import DIGITS

NO_REFERENCES = pl.Series("line_ref", dtype=pl.String)


def references(rejected: pl.DataFrame) -> pl.Series:
    """The references of rejected claim lines, as credits of them have it.

    A reference begins with the provider's AGB code. When that lost its leading zeros, for which the line was
    rejected, it has them here; the credit's code may be whole.
    """
    ref, code = pl.col("line_ref"), pl.col("billing_provider_code")
    whole = pl.concat_str(code.str.zfill(DIGITS["AGB"]), ref.str.strip_prefix(code))
    named = pl.when(ref.str.starts_with(code)).then(whole).otherwise(ref)
    return rejected.select(line_ref=named)["line_ref"].drop_nulls()


def credits_of_rejected(accepted: pl.DataFrame, rejected: Sequence[pl.Series]) -> dict[str, int]:
    """`rows` and `cents` of the accepted claim lines that credit a rejected one, also through other credits.

    Args:
        accepted: line_ref, corrected_line_ref and declared_cents (signed), of all files of the delivery.
        rejected: `references` of each file. A reference of which an accepted line came too is not kept back.
    """
    lines = accepted.select("line_ref", "corrected_line_ref", "declared_cents").unique(
        "line_ref", keep="first"
    )
    reached = pl.DataFrame({"corrected_line_ref": pl.concat([NO_REFERENCES, *rejected]).unique()})
    reached = reached.join(lines, left_on="corrected_line_ref", right_on="line_ref", how="anti")
    rows = cents = 0
    while reached.height:
        found = lines.join(reached, on="corrected_line_ref", how="semi")
        rows, cents = rows + found.height, cents + int(found["declared_cents"].sum())
        reached = found.select(corrected_line_ref="line_ref")
    return {"rows": rows, "cents": cents}
