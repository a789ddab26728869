"""The dispensings of many pharmacies as AP304 8.0 messages of a service bureau, one per invoice."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import polars as pl

from pipeline.demo.care.pharmacy import drugs
from pipeline.demo.claims.message import (
    SERVICE_BUREAU,
    Batch,
    Written,
    enriched,
    insured_records,
    write_messages,
)
from pipeline.intake import layouts
from pipeline.intake.code_lists import code_list

_ARTICLES = "001"  # the performance list of article numbers
_PIECES = "ST"  # dispensed by the piece
_READY_MADE = "1"  # no preparation by the pharmacy
_LEVIES = {"vat_percentage": 0, "vat_cents": 0, "copayment_cents": 0}


def write_ap304(lines: pl.DataFrame, people: pl.DataFrame, batch: Batch) -> Iterator[Written]:
    """Write the messages to one insurer.

    Args:
        lines: of `declare`, of this insurer.
        people: of `simulate_people`.
        batch: what the messages are about.
    """
    whole = (
        enriched(lines, people)
        .join(_articles(), on="drug", how="left", validate="m:1", maintain_order="left")
        .with_columns(declared_cents=pl.col("unit_cents") * pl.col("quantity") * pl.col("sign"))
    )
    records = {"02": insured_records(whole), "04": _performances(whole)}
    yield from write_messages(layouts.load("AP304", "8.0"), records, whole, batch, **SERVICE_BUREAU)


@cache
def _articles() -> pl.DataFrame:
    """The drugs with their article number, and the thousandths of a daily dose in a unit of the article."""
    listed = code_list("articles").rows.select(
        "performance_code", in_unit=pl.col("ddd_thousandths").cast(pl.Int64)
    )
    return (
        drugs()
        .select("drug", "performance_code")
        .join(listed, on="performance_code", how="left", validate="m:1", maintain_order="left")
    )


def _performances(whole: pl.DataFrame) -> pl.DataFrame:
    """Records 04; the quantity is in thousandths of a unit."""
    size = pl.col("declared_cents").abs()
    units = (pl.col("ddd_thousandths") / pl.col("in_unit")).round().cast(pl.Int64)
    return whole.select(
        "quarter_end",
        "person",
        "label",
        "number",
        rank=pl.lit("04"),
        bsn="bsn",
        insurer_code="insurer_code",
        insured_number="policy_number",
        forwarding_allowed_code=pl.lit("1"),
        birth_date="birth_date",
        performance_date="opening_date",
        performance_list_code=pl.lit(_ARTICLES),
        performance_code="performance_code",
        dispensing_unit_code=pl.lit(_PIECES),
        quantity=units * 1000,
        treating_caregiver_code="provider_code",
        treating_practice_code="provider_code",
        referring_caregiver_code="referrer_code",
        prescription_number="number",
        prescription_sequence_number=pl.lit(1),
        preparation_kind_code=pl.lit(_READY_MADE),
        declared_net_cents=size,
        tariff_cents="unit_cents",
        calculated_cents=size,
        calculated_sign="debit_credit",
        declared_cents=size,
        declared_sign="debit_credit",
        line_reference=pl.format("P{}", "reference"),
        corrected_line_reference=pl.format("P{}", "corrected"),
        **{name: pl.lit(value) for name, value in _LEVIES.items()},
    )
