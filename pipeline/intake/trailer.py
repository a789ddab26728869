"""Hold a message against its closing record: the counts of records, and the total amount."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipeline.errors import TrailerMismatchError
from pipeline.intake.fixed_width import Message
from pipeline.intake.notation import VEKTIS, integer, signed


@dataclass(frozen=True)
class ControlTotals:
    """What a file holds (`records` by code, `cents`), and what its closing record says of the amount."""

    records: dict[str, int]
    cents: int
    trailer_cents: int


def reconcile(message: Message, name: str) -> ControlTotals:
    """Compare the closing record with what the message holds; an amount that is no number counts as zero.

    Raises:
        TrailerMismatchError: when a count or the total differs; names each field, what it says and what was
            counted.
    """
    trailer = message.layout.trailer
    closing = message.records(trailer.record)
    details = message.records(trailer.of_record, trailer.of_field, trailer.of_sign)
    counted = {code: message.count(code) for code in message.layout.records}
    cents = details.select(
        signed(VEKTIS.cents(pl.col(trailer.of_field)), pl.col(trailer.of_sign)).sum()
    ).item()
    expected = {field: sum(counted.get(code, 0) for code in codes) for field, codes in trailer.counts.items()}
    says: dict[str, int | None] = dict(
        closing.select(integer(pl.col(field)) for field in trailer.counts).row(0, named=True)
    )
    says[trailer.total] = closing.select(
        signed(VEKTIS.cents(pl.col(trailer.total)), pl.col(trailer.sign))
    ).item()
    expected[trailer.total] = cents
    differing = [
        f"{field} says {'no number' if says[field] is None else says[field]}, counted {count}"
        for field, count in expected.items()
        if says[field] != count
    ]
    if differing:
        raise TrailerMismatchError(
            f"The closing record differs from the file: {'; '.join(differing)}",
            where=f"{name}, line {closing['line_number'][0]}, record {trailer.record}",
            remedy="Ask the sender for a file whose totals agree.",
        )
    return ControlTotals(records=counted, cents=cents, trailer_cents=cents)
