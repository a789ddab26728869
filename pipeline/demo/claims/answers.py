"""The insurer's answers to declarations, as return messages: each record again, with what is awarded and why not more.

Most lines are awarded as declared; some are refused, some awarded in part. Which ones follows from the number of the
line, so that an answer needs no random numbers and is the same whenever it is written. A credit is awarded in full.
"""

from __future__ import annotations

import polars as pl

from pipeline.demo.claims.message import Compose, Contents
from pipeline.intake.messages import layouts
from pipeline.intake.messages.record_layout import Layout

_REFUSED_SHARE, _LOWERED_SHARE, _LOWERED_TO = 0.03, 0.02, 0.9
AWARDED, _LOWERED = "8001", "8059"
_REFUSED = ("0320", "0587", "0613")  # not insured; declared before; not under these terms
_SPREAD = 2_654_435_761  # Knuth's multiplicative hash: neighbouring numbers come to lie far apart
_RANGE = 2**32


def answering(compose: Compose) -> Compose:
    """What makes the answers to the messages that `compose` makes."""

    def answer(lines: pl.DataFrame, people: pl.DataFrame) -> Contents:
        return answered(compose(lines, people))

    return answer


def answered(contents: Contents) -> Contents:
    """The answers to these messages.

    Raises:
        ValueError: when the standard has no return message with a layout.
    """
    layout = layouts.answer_to(contents.layout)
    if layout is None:
        raise ValueError(f"{contents.layout.title} has no return message with a layout")
    amounts = awarded(contents.amounts)
    decided = amounts.select(
        awarded_cents=pl.col("awarded_cents").abs(), awarded_sign="debit_credit", return_code_01="return_code"
    )
    performances = contents.records["04"].hstack(decided)
    if layout.field("04.insurer_calculated_sign").obligation == "M":
        performances = performances.with_columns(
            insurer_calculated_cents="awarded_cents", insurer_calculated_sign="awarded_sign"
        )
    opening = contents.opening | {"message_code": _answering_code(contents, layout)}
    return Contents(layout, contents.records | {"04": performances}, amounts, opening)


def _answering_code(contents: Contents, layout: Layout) -> str:
    codes = contents.layout.message_codes
    return layout.message_codes[codes.index(contents.opening.get("message_code", codes[0]))]


def awarded(amounts: pl.DataFrame) -> pl.DataFrame:
    """With awarded_cents, signed, and return_code."""
    chance = (pl.col("line_number") % _RANGE * _SPREAD) % _RANGE / _RANGE
    declared, is_debit = pl.col("declared_cents"), pl.col("declared_cents") > 0
    is_refused = is_debit & (chance < _REFUSED_SHARE)
    is_lowered = is_debit & ~is_refused & (chance < _REFUSED_SHARE + _LOWERED_SHARE)
    lowered = (declared * _LOWERED_TO).floor().cast(pl.Int64)
    refusal = (pl.col("line_number") % len(_REFUSED)).replace_strict(
        range(len(_REFUSED)), _REFUSED, return_dtype=pl.String
    )
    return amounts.with_columns(
        awarded_cents=pl.when(is_refused).then(0).when(is_lowered).then(lowered).otherwise(declared),
        return_code=pl.when(is_refused)
        .then(refusal)
        .when(is_lowered)
        .then(pl.lit(_LOWERED))
        .otherwise(pl.lit(AWARDED)),
    )
