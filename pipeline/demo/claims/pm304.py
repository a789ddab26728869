"""The physiotherapy of many practices as PM304 3.2 messages of a service bureau, one per invoice."""

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

_NO_ACCIDENT = "N"
_SPECIALISM = "0400"  # physiotherapy in general


def compose_pm304(lines: pl.DataFrame, people: pl.DataFrame) -> Contents:
    """What the messages to one insurer hold (see `Compose`)."""
    layout, whole = layouts.load("PM304", "3.2"), enriched_services(lines, people)
    performances = performance_records(
        whole,
        performance_date="opening_date",
        performance_list_code="performance_list_code",
        accident_code=pl.lit(_NO_ACCIDENT),
        treating_specialism_code=pl.lit(_SPECIALISM),
        referring_caregiver_code="referrer_code",
        tariff_cents="unit_cents",
        quantity="quantity",
        **calculated(),
    )
    return Contents(layout, {"02": insured_records(whole, layout), "04": performances}, whole, SERVICE_BUREAU)
