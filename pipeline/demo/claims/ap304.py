"""The dispensings of many pharmacies as AP304 messages of a service bureau, one per invoice, in either edition."""

from __future__ import annotations

from functools import cache

import polars as pl

from pipeline.demo.care.pharmacy import drugs
from pipeline.demo.claims.message import (
    SERVICE_BUREAU,
    Contents,
    calculated,
    enriched,
    insured_records,
    performance_records,
)
from pipeline.intake.columns.code_lists import code_list
from pipeline.intake.messages import layouts
from pipeline.intake.messages.record_layout import Layout

_ARTICLES = "001"  # the performance list of article numbers
_PIECES = "ST"  # dispensed by the piece
_READY_MADE = "1"  # no preparation by the pharmacy


def compose_ap304_80(lines: pl.DataFrame, people: pl.DataFrame) -> Contents:
    """What the messages of edition 8.0 to one insurer hold (see `Compose`)."""
    whole = _dispensings(lines, people)
    performances = performance_records(
        whole,
        birth_date="birth_date",
        quantity=_thousandths(),
        treating_practice_code="provider_code",
        declared_net_cents=pl.col("declared_cents").abs(),
        tariff_cents="unit_cents",
        copayment_cents=pl.lit(0),
        **calculated(),
        **_either(),
    )
    return _contents(layouts.load("AP304", "8.0"), whole, performances)


def compose_ap304_72(lines: pl.DataFrame, people: pl.DataFrame) -> Contents:
    """What the messages of edition 7.2 to one insurer hold (see `Compose`); a calculated amount is not filled there."""
    whole = _dispensings(lines, people)
    performances = performance_records(
        whole,
        dispensed_thousandths=_thousandths(),
        practice_code="provider_code",
        tariff_excluding_vat_cents="unit_cents",
        calculated_copayment_cents=pl.lit(0),
        **_either(),
    )
    return _contents(layouts.load("AP304", "7.2"), whole, performances)


def _contents(layout: Layout, whole: pl.DataFrame, performances: pl.DataFrame) -> Contents:
    return Contents(layout, {"02": insured_records(whole, layout), "04": performances}, whole, SERVICE_BUREAU)


def _dispensings(lines: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    return (
        enriched(lines, people)
        .join(_articles(), on="drug", how="left", validate="m:1", maintain_order="left")
        .with_columns(declared_cents=pl.col("unit_cents") * pl.col("quantity") * pl.col("sign"))
    )


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


def _thousandths() -> pl.Expr:
    """What was dispensed, in thousandths of a unit."""
    return (pl.col("ddd_thousandths") / pl.col("in_unit")).round().cast(pl.Int64) * 1000


def _either() -> dict[str, pl.Expr | str]:
    """The fields that both editions have."""
    return {
        "performance_date": "opening_date",
        "performance_list_code": pl.lit(_ARTICLES),
        "dispensing_unit_code": pl.lit(_PIECES),
        "referring_caregiver_code": "referrer_code",
        "prescription_number": "number",
        "prescription_sequence_number": pl.lit(1),
        "preparation_kind_code": pl.lit(_READY_MADE),
        "vat_percentage": pl.lit(0),
        "vat_cents": pl.lit(0),
    }
