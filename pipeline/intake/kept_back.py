"""Credits that a supplier delivers of claims that it keeps back.

A rejected claim stays with the supplier, and a credit of it may be without a fault. The OCMO then sees a credit of
a claim that never came, while the insurer's books hold both. Only the supplier can tell such a credit from one of
a claim that nobody has; it does so in rows and cents, for the delivery as a whole. Of earlier deliveries it knows the
references of what they kept back, under its own key. A credit of a credit of such a claim is not followed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.canonical import digits_of
from pipeline.intake.columns.references import Mac, keyed

REFERENCES = pl.Schema({"line_ref": pl.String()})


def references(rejected: pl.DataFrame) -> pl.DataFrame:
    """`line_ref`: the references of rejected claim lines, as credits of them have it.

    A reference begins with the provider's AGB code. When that lost its leading zeros, for which the line was
    rejected, it has them here; the credit's code may be whole.
    """
    ref, code = pl.col("line_ref"), pl.col("billing_provider_code")
    whole = pl.concat_str(code.str.zfill(digits_of("AGB")), ref.str.strip_prefix(code))
    named = pl.when(ref.str.starts_with(code)).then(whole).otherwise(ref)
    return rejected.select(line_ref=named).drop_nulls()


@dataclass(frozen=True)
class KeptBack:
    """What a delivery leaves for later ones, as references under the supplier's own key, in alphabetical order.

    `lines` were rejected in it; `accepted_after_all` were rejected in an earlier delivery and accepted in this one.
    """

    lines: tuple[str, ...]
    accepted_after_all: tuple[str, ...]


def left_for_later(
    accepted: pl.LazyFrame, rejected: Sequence[pl.LazyFrame], before: Collection[str], mac: Mac
) -> KeptBack:
    """What a delivery leaves; the arguments are those of `credits_of_rejected` and `known_before`."""
    own = pl.concat([REFERENCES.to_frame().lazy(), *rejected]).unique()
    own = own.join(accepted.select("line_ref"), on="line_ref", how="anti")
    after_all = pl.Series(dtype=pl.String)
    if before:
        came = keyed(accepted.select("line_ref").unique().collect().to_series(), mac)
        after_all = came.filter(came.is_in(list(before)))
    return KeptBack(
        lines=tuple(keyed(own.collect().to_series(), mac).sort()), accepted_after_all=tuple(after_all.sort())
    )


def known_before(accepted: pl.LazyFrame, before: Collection[str], mac: Mac) -> pl.LazyFrame:
    """`line_ref`: the claims that accepted credits take back and that earlier deliveries kept back.

    `before` are those claims' references under the supplier's own key.
    """
    if not before:
        return REFERENCES.to_frame().lazy()
    taken_back = accepted.select(line_ref="corrected_line_ref").drop_nulls().unique().collect()
    is_known = keyed(taken_back["line_ref"], mac).is_in(list(before))
    return taken_back.filter(is_known).lazy()


def credits_of_rejected(accepted: pl.LazyFrame, rejected: Sequence[pl.LazyFrame]) -> dict[str, int]:
    """`rows` and `cents` of the accepted claim lines that credit a rejected one, also through other credits.

    Args:
        accepted: line_ref, corrected_line_ref and declared_cents (signed), of all files of the delivery.
        rejected: `references` of each file, and what is `known_before`. A reference of which an accepted line came
            too is not kept back.
    """
    kept_back = pl.concat([REFERENCES.to_frame().lazy(), *rejected]).unique()
    reached = kept_back.join(accepted, on="line_ref", how="anti").collect(engine="streaming")
    if reached.is_empty():
        return {"rows": 0, "cents": 0}
    credits = (
        accepted.filter(pl.col("corrected_line_ref").is_not_null())
        .select("line_ref", "corrected_line_ref", "declared_cents")
        .unique("line_ref", keep="first", maintain_order=True)
        .collect(engine="streaming")
    )
    rows = cents = 0
    while reached.height:
        found = credits.join(reached, left_on="corrected_line_ref", right_on="line_ref", how="semi")
        rows, cents = rows + found.height, cents + int(found["declared_cents"].sum())
        reached = found.select("line_ref").unique()
    return {"rows": rows, "cents": cents}
