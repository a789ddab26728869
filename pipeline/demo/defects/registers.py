"""What is wrong in an insurer's registers: of the insured, and of providers."""

from __future__ import annotations

from functools import partial

import polars as pl

from pipeline.demo.defects.csv_text import CsvText
from pipeline.demo.defects.description import Defect
from pipeline.demo.defects.finding import files_of
from pipeline.demo.edits import Edit, Material
from pipeline.demo.exports import DUTCH_DATE
from pipeline.demo.plan import Plan


def overlapping_periods(plan: Plan, defect: Defect) -> Plan:
    """Persons with a second row from 1 July on, within the period of their first."""
    for supplier, period in defect.places():
        edit = Edit(defect.name, partial(_overlap, year=period, share=defect.terms["share"]))
        for register in files_of(plan, supplier, period, "insured"):
            plan = plan.edited(register.path, edit)
    return plan


def unknown_provider(plan: Plan, defect: Defect) -> Plan:
    """The first provider of a kind is left out of the insurer's list."""
    edit = Edit(defect.name, partial(_without_first, kind=defect.terms["kind"]))
    for supplier, period in defect.places():
        for listed in files_of(plan, supplier, period, "provider"):
            plan = plan.edited(listed.path, edit)
    return plan


def _overlap(material: Material, year: int, share: float) -> bytes:
    table = CsvText.read(material)
    start, end = table.sources("from_month")
    began = pl.col(start).str.to_date(DUTCH_DATE).dt.year()
    hit = table.chosen(material.rng, share, among=(began < year) & pl.col(end).is_null())
    again = table.rows.filter(hit).with_columns(pl.lit(f"01-07-{year}").alias(start))
    return table.bytes(pl.concat([table.rows, again]))


def _without_first(material: Material, kind: str) -> bytes:
    table = CsvText.read(material)
    (kind_column,), (code_column,) = table.sources("kind_code"), table.sources("provider_code")
    of_kind = table.rows.filter(pl.col(kind_column) == table.code("kind_code", kind))
    return table.bytes(table.rows.filter(pl.col(code_column) != of_kind[code_column].min()))
