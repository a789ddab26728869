"""Nursing at home and short stays as AW319 1.4 messages of a service bureau, one per invoice."""

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

_UNDER_ZVW = {"message_code": "428"}  # district nursing and short stay
_LISTS = {"home_care": "065", "care_hotel": "068"}
_UNITS = {"home_care": "04", "care_hotel": "14"}  # hours; days of 24 hours


def compose_aw319(lines: pl.DataFrame, people: pl.DataFrame) -> Contents:
    """What the messages to one insurer hold (see `Compose`)."""
    layout, whole = layouts.load("AW319", "1.4"), enriched_services(lines, people)
    kind = pl.col("care_type_code")
    performances = performance_records(
        whole,
        performance_start_date="opening_date",
        performance_end_date="closing_date",
        performance_list_code=kind.replace_strict(_LISTS, return_dtype=pl.String),
        time_unit_code=kind.replace_strict(_UNITS, return_dtype=pl.String),
        tariff_cents="unit_cents",
        quantity="quantity",
        **calculated(),
    )
    records = {"02": insured_records(whole, layout), "04": performances}
    return Contents(layout, records, whole, SERVICE_BUREAU | _UNDER_ZVW)
