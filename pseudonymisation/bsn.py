"""Which numbers can be somebody's BSN, over whole columns.

Rules: nine digits, or eight with a leading zero lost; the eleven test (weights 9 to 2, last digit -1, sum
divisible by 11: Wet algemene bepalingen burgerservicenummer and its Logisch Ontwerp BSN). Some numbers
pass the test and are nobody's: the repeated digits and 123456782 that people type to get past a mandatory
field, and the range 9999xxxxx that the national test sets draw from (an assumption: taken whole).
"""

from __future__ import annotations

import polars as pl

from pseudonymisation.errors import NumberRefusedError

WIDTH = 9
# Fails the eleven test, so it is nobody's; eight digits, so that a missing zero-padding shows in the canary.
IMPOSSIBLE_NUMBER = "12345678"

_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)
_DUMMIES = (*(f"{digit * 11111111}0" for digit in range(1, 10)), "123456782")
_TEST_RANGE = "9999"
_NOBODY = "0" * WIDTH


def normalise(numbers: pl.Series) -> pl.Series:
    """Nine-digit text: 8 digits get their leading zero back; what is not 8 or 9 ASCII digits becomes null.

    Raises:
        NumberRefusedError: when the column is not text (as a number it has lost zeros, as a float digits).
    """
    if numbers.dtype != pl.String:
        raise NumberRefusedError(
            f"The column of BSNs has type {numbers.dtype}, not text",
            remedy="Read it as text from the source.",
        )
    # [0-9] and not \d: the latter also matches digits of other scripts.
    well_formed = numbers.str.contains(r"^[0-9]{8,9}$")
    return pl.select(pl.when(well_formed).then(numbers.str.zfill(WIDTH))).to_series().rename("normalised")


def judge(numbers: pl.Series, *, allow_test_numbers: bool) -> pl.DataFrame:
    """Each number normalised, or the reason why it is refused.

    Args:
        numbers: text, one number a row.
        allow_test_numbers: also take dummies and test numbers (contracts on synthetic data only).

    Returns:
        One row per number: `normalised` (nine digits, null when refused) and `reason` (null when
        accepted; else empty, not_digits, wrong_length, eleven_test, dummy_number or test_number).

    Raises:
        NumberRefusedError: when the column is not text.
    """
    digits = pl.col("normalised")
    reason = (
        pl.when(pl.col("raw").is_null() | (pl.col("raw") == ""))
        .then(pl.lit("empty"))
        .when(~pl.col("raw").str.contains(r"^[0-9]+$"))
        .then(pl.lit("not_digits"))
        .when(digits.is_null())
        .then(pl.lit("wrong_length"))
        .when((_eleven_sum(digits) % 11 != 0) | (digits == _NOBODY))
        .then(pl.lit("eleven_test"))
    )
    if not allow_test_numbers:
        reason = (
            reason.when(digits.is_in(_DUMMIES))
            .then(pl.lit("dummy_number"))
            .when(digits.str.starts_with(_TEST_RANGE))
            .then(pl.lit("test_number"))
        )
    judged = pl.DataFrame({"raw": numbers, "normalised": normalise(numbers)}).with_columns(reason=reason)
    return judged.select(pl.when(pl.col("reason").is_null()).then(digits).alias("normalised"), "reason")


def _eleven_sum(digits: pl.Expr) -> pl.Expr:
    weighted = (
        digits.str.slice(position, 1).cast(pl.Int32, strict=False) * weight
        for position, weight in enumerate(_WEIGHTS)
    )
    return pl.sum_horizontal(*weighted)
