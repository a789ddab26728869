"""The dental care of many practices as MZ301 1.3 messages of a service bureau, one per invoice."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from pipeline.demo.claims.message import (
    SERVICE_BUREAU,
    Batch,
    Written,
    enriched_services,
    insured_records,
    write_messages,
)
from pipeline.intake import layouts

_SPECIALISM = "1100"  # general dentistry
_PERFORMANCE = "01"  # a performance, not a comment on one
_NOT_SPECIAL = "N"  # no special dentistry


def write_mz301(lines: pl.DataFrame, people: pl.DataFrame, batch: Batch) -> Iterator[Written]:
    """Write the messages to one insurer.

    Args:
        lines: of `declare`, of this insurer.
        people: of `simulate_people`.
        batch: what the messages are about.
    """
    whole = enriched_services(lines, people)
    records = {"02": insured_records(whole), "04": _performances(whole)}
    yield from write_messages(layouts.load("MZ301", "1.3"), records, whole, batch, **SERVICE_BUREAU)


def _performances(whole: pl.DataFrame) -> pl.DataFrame:
    size = pl.col("declared_cents").abs()
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
        performance_date="opening_date",
        performance_record_kind_code=pl.lit(_PERFORMANCE),
        special_dentistry_code=pl.lit(_NOT_SPECIAL),
        performance_list_code="performance_list_code",
        performance_code="performance_code",
        treating_caregiver_code="provider_code",
        treating_specialism_code=pl.lit(_SPECIALISM),
        tariff_cents="unit_cents",
        quantity="quantity",
        calculated_cents=size,
        calculated_sign="debit_credit",
        declared_cents=size,
        declared_sign="debit_credit",
        line_reference=pl.format("P{}", "reference"),
        corrected_line_reference=pl.format("P{}", "corrected"),
    )
