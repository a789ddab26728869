"""Return codes in words: what the insurers' answers in a delivery say, by code, for people.

The words are those of the code list `return_codes`; a code that it does not hold is shown by its number alone.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pipeline.intake.columns.code_lists import code_list


def decisions(claims: pl.LazyFrame, *folders: Path) -> pl.DataFrame:
    """What was decided, by return code: return_code, level, says (both null when unknown), rows and cents.

    Args:
        claims: claim lines with declared_cents, awarded_cents and return_code; lines without a code are left out.
        folders: may hold an own list `return_codes`.

    Returns:
        Sorted by return_code, with rows, declared_cents and awarded_cents (signed sums).
    """
    by_code = (
        claims.filter(pl.col("return_code").is_not_null())
        .group_by("return_code")
        .agg(
            rows=pl.len(),
            declared_cents=pl.col("declared_cents").sum(),
            awarded_cents=pl.col("awarded_cents").sum(),
        )
        .collect(engine="streaming")
    )
    known = code_list("return_codes", *folders).rows.select("return_code", "level", "says")
    named = by_code.join(known, on="return_code", how="left", validate="m:1")
    return named.select("return_code", "level", "says", "rows", "declared_cents", "awarded_cents").sort(
        "return_code"
    )


def in_words(code: str, *folders: Path) -> str:
    """The code with what it says, as in '0587 (performance already declared or paid)'."""
    known = code_list("return_codes", *folders).rows.filter(return_code=code)["says"]
    return f"{code} ({known[0]})" if len(known) else code
