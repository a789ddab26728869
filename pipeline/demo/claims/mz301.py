"""The dental care of many practices as MZ301 1.3 messages of a service bureau, one per invoice."""

from __future__ import annotations

import polars as pl

from pipeline.demo.claims.message import (
    SERVICE_BUREAU,
    Contents,
    calculated,
    enriched_services,
    insured_records,
    performance_records,
)
from pipeline.intake.messages import layouts

_SPECIALISM = "1100"  # general dentistry
_PERFORMANCE = "01"  # a performance, not a comment on one
_NOT_SPECIAL = "N"  # no special dentistry


def compose_mz301(lines: pl.DataFrame, people: pl.DataFrame) -> Contents:
    """What the messages to one insurer hold (see `Compose`)."""
    layout, whole = layouts.load("MZ301", "1.3"), enriched_services(lines, people)
    performances = performance_records(
        whole,
        performance_date="opening_date",
        performance_record_kind_code=pl.lit(_PERFORMANCE),
        special_dentistry_code=pl.lit(_NOT_SPECIAL),
        performance_list_code="performance_list_code",
        treating_specialism_code=pl.lit(_SPECIALISM),
        tariff_cents="unit_cents",
        quantity="quantity",
        **calculated(),
    )
    return Contents(layout, {"02": insured_records(whole, layout), "04": performances}, whole, SERVICE_BUREAU)
