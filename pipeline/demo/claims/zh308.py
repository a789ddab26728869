"""A hospital's claims as ZH308 9.0 messages, one per invoice.

Per performance a record 04 with one or two 06 (what the institution's costs and the specialists' fee come to) and,
for operations, a 16.
"""

from __future__ import annotations

import polars as pl

from pipeline.demo.care.catalogue import catalogue
from pipeline.demo.claims.message import Contents, enriched, insured_records
from pipeline.demo.claims.zh308_records import (
    activity_records,
    performance_records,
    tariff_records,
    tariffs_of,
)
from pipeline.intake.messages import layouts

_PAY_INSTITUTION = "04"  # the fourth of the header's parties
_PERFORMANCE_LIST = "041"  # institutions with DBC care products


def compose_zh308(lines: pl.DataFrame, people: pl.DataFrame) -> Contents:
    """What one hospital's messages to one insurer hold (see `Compose`)."""
    layout, whole = layouts.load("ZH308", "9.0"), _with_item(enriched(lines, people))
    tariffs = tariffs_of(whole)
    records = {
        "02": insured_records(whole, layout),
        "04": performance_records(whole),
        "06": tariff_records(tariffs),
        "16": activity_records(whole),
    }
    who = {"institution_code": str(lines["provider_code"][0]), "payee_code": _PAY_INSTITUTION}
    return Contents(layout, records, tariffs, who)


def _with_item(whole: pl.DataFrame) -> pl.DataFrame:
    """With the catalogue's item, and what ties the records of a performance together."""
    items = (
        catalogue().drop("price_cents", "addon", "kind").rename({"diagnosis_code": "usual_diagnosis_code"})
    )
    same = ["quarter_end", "person", "label", "performance_code", "start_date"]
    return whole.join(items, on="product", how="left", validate="m:1", maintain_order="left").with_columns(
        list_code=pl.lit(_PERFORMANCE_LIST),
        sequence=pl.int_range(1, pl.len() + 1).over(same),
        diagnosis_code=pl.coalesce("diagnosis_code", "usual_diagnosis_code"),
        trajectory_number=pl.format("T{}{}", pl.col("opening_date").dt.year(), "trajectory"),
        is_product=pl.col("product_code").is_not_null(),
    )
