"""By what a claim in a message is found in another message: the insurer's answer, or the declaration it answers.

A layout's `canonical` part says it for claims: `message_ref`, with `party` (fields of the opening record, the first
that is filled: who declares) and `number` (that of the invoice), and `record_ref`, the field that numbers the record. A
return repeats both, and names as `answered_on` the field with its own date. They are working columns: they never leave
the supplier.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from pipeline.intake.staging import ANSWERED_ON, MESSAGE_REF, RECORD_REF, WORKING


def reference_fields(canonical: Mapping[str, Any]) -> list[str]:
    """The fields that the working columns are made of, as 'code.name'; none where the layout names none."""
    if MESSAGE_REF not in canonical:
        return []
    message = canonical[MESSAGE_REF]
    answered = [canonical[ANSWERED_ON]] if ANSWERED_ON in canonical else []
    return [*message["party"], message["number"], canonical[RECORD_REF], *answered]


def references(canonical: Mapping[str, Any]) -> list[pl.Expr]:
    """The `WORKING` columns as text, over the fields of `reference_fields`; null where one is empty."""
    if MESSAGE_REF not in canonical:
        return [_empty(name) for name in WORKING]
    message = canonical[MESSAGE_REF]
    party = pl.coalesce(message["party"])
    return [
        pl.concat_str(party, pl.col(message["number"]), separator="|").alias(MESSAGE_REF),
        pl.col(canonical[RECORD_REF]).alias(RECORD_REF),
        pl.col(canonical[ANSWERED_ON]).alias(ANSWERED_ON)
        if ANSWERED_ON in canonical
        else _empty(ANSWERED_ON),
    ]


def message_reference(canonical: Mapping[str, Any]) -> pl.Expr:
    """`message_ref` alone, over the fields of the opening record: for a message that has no other records."""
    return references(canonical)[0]


def _empty(name: str) -> pl.Expr:
    return pl.repeat(None, pl.len(), dtype=pl.String).alias(name)
