"""What is wrong with single rows of claims that come as CSV."""

from __future__ import annotations

from functools import partial

import polars as pl

from pipeline.demo.defects.csv_text import CsvText
from pipeline.demo.defects.description import Defect
from pipeline.demo.defects.finding import claims_tables, largest
from pipeline.demo.edits import Edit, Material
from pipeline.demo.plan import Plan


def lost_leading_zeros(plan: Plan, defect: Defect) -> Plan:
    """AGB codes as numbers, without the zero they begin with."""
    edit = Edit(defect.name, partial(_as_numbers, share=defect.terms["share"]))
    for supplier, period in defect.places():
        plan = plan.edited(largest(claims_tables(plan, supplier, period)).path, edit)
    return plan


def absurd_amount(plan: Plan, defect: Defect) -> Plan:
    """One line of an absurd amount, in the place's first delivery only; what is delivered later is right."""
    edit = Edit(defect.name, partial(_with_amount, cents=defect.terms["amount_cents"]))
    for supplier, period in defect.places():
        first = f"{supplier}-{period}-01"
        in_first = {file.path for file in plan.delivery(first).files}
        tables = [file for file in claims_tables(plan, supplier, period) if file.path in in_first]
        plan = plan.edited(largest(tables).path, edit, only_in=first)
    return plan


def _as_numbers(material: Material, share: float) -> bytes:
    table = CsvText.read(material)
    (code,) = table.sources("billing_provider_code")
    hit = table.chosen(material.rng, share, among=pl.col(code).str.starts_with("0"))
    number = pl.when(hit).then(pl.col(code).str.strip_prefix("0")).otherwise(pl.col(code))
    return table.bytes(table.rows.with_columns(number))


def _with_amount(material: Material, cents: int) -> bytes:
    table = CsvText.read(material)
    amount, sign = table.sources("declared_cents")
    hit = table.chosen(material.rng, 0.0, among=pl.col(sign) == "D")
    written = pl.lit(f"{cents // 100},{cents % 100:02d}")
    return table.bytes(
        table.rows.with_columns(pl.when(hit).then(written).otherwise(pl.col(amount)).alias(amount))
    )
