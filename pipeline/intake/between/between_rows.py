"""The rules between records, over all files of a delivery together.

What one row says can be right while two rows cannot both be. Such rules are judged last, on the accepted rows of
all files, which lie on disk in parts; no more of them is held in memory than a few columns at a time.

    no key twice                             the later row is rejected (`repeated_keys`)
    a credit has its claim                   warning: the claim may stand in an earlier delivery, or be rejected
    one insured period at a time             warning (`insured_months`)
    a claim within an insured period         warning, where the delivery has a register (`insured_months`)
    the lines agree with the supplier's books    warning, where the delivery has books (`own_books`)

A warning rejects nothing: it says what the supplier should look at before the delivery is sealed.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipeline.canonical import canonical_table
from pipeline.intake.between.insured_months import (
    CLAIMS,
    REGISTER,
    claims_outside_periods,
    overlapping_periods,
)
from pipeline.intake.between.own_books import BOOKS, differing_books
from pipeline.intake.between.placed import ORDER, PLACE, collected, finding
from pipeline.intake.between.repeated_keys import repeated_keys
from pipeline.intake.rules.findings import PLACED


def judge_between(parts: Mapping[str, pl.LazyFrame], year: int | None = None) -> pl.DataFrame:
    """The findings on the accepted rows of a delivery, by table, file and line.

    Args:
        parts: by canonical table its rows over all files: `PLACE`, of persons `bsn` (nine digits), and the
            canonical columns. They are read several times.
        year: the delivery's period; without it the books are not looked at.

    Returns:
        A row per finding, with the schema PLACED. `severity` says whether its row is rejected; a rejected row
        gives no warnings.
    """
    found = {name: repeated_keys(rows, canonical_table(name)) for name, rows in sorted(parts.items())}
    kept = {name: _without(parts[name], repeated) for name, repeated in found.items()}
    warnings = []
    if CLAIMS in kept:
        warnings.append(credits_without_claim(kept[CLAIMS]))
    if REGISTER in kept:
        warnings.append(overlapping_periods(kept[REGISTER]))
    if CLAIMS in kept and REGISTER in kept:
        warnings.append(claims_outside_periods(kept[CLAIMS], kept[REGISTER]))
    if CLAIMS in kept and BOOKS in kept and year is not None:
        warnings.append(differing_books(kept[BOOKS], kept[CLAIMS], year))
    together = pl.concat([PLACED.to_frame(), *found.values(), *warnings])
    return together.sort("table", *ORDER, maintain_order=True)


def credits_without_claim(claims: pl.LazyFrame) -> pl.DataFrame:
    """A warning on each credit whose claim is not among the delivery's accepted lines, before it or after it."""
    credits = collected(
        claims.filter(pl.col("corrected_line_ref").is_not_null()).select(*PLACE, "corrected_line_ref")
    )
    wanted = credits.select(line_ref=pl.col("corrected_line_ref").unique())
    known = collected(claims.select("line_ref").join(wanted.lazy(), on="line_ref", how="semi"))
    without = credits.join(known, left_on="corrected_line_ref", right_on="line_ref", how="anti")
    reason = (
        "the line that this one corrects is not among the accepted lines of this delivery: it may stand in an "
        "earlier one, or be rejected in this one"
    )
    return finding(without, CLAIMS, field="corrected_line_ref", rule="credit_without_claim", reason=reason)


def _without(rows: pl.LazyFrame, rejected: pl.DataFrame) -> pl.LazyFrame:
    if rejected.is_empty():
        return rows
    return rows.join(rejected.select(ORDER).lazy(), on=ORDER, how="anti")
