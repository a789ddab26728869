"""What is wrong with whole deliveries of hospitals: corrected, repeated, late, incomplete."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import partial

import polars as pl

from pipeline.demo.defects.csv_text import CsvText
from pipeline.demo.defects.description import Defect
from pipeline.demo.defects.finding import files_of
from pipeline.demo.edits import Edit, Material
from pipeline.demo.plan import Plan, PlannedDelivery


def corrected_delivery(plan: Plan, defect: Defect) -> Plan:
    """The first delivery has too many complications; the second, with the right ones, replaces it."""
    edit = Edit(defect.name, partial(_coded_too_often, share=defect.terms["share"]))
    for supplier, period in defect.places():
        first = plan.delivery(f"{supplier}-{period}-01")
        later = replace(_next_number(first, defect), replaces=first.delivery_id)
        plan = plan.put(first.delivery_id, first, later)
        for operations in files_of(plan, supplier, period, "clinical_event"):
            plan = plan.edited(operations.path, edit, only_in=first.delivery_id)
    return plan


def repeated_delivery(plan: Plan, defect: Defect) -> Plan:
    """The same files under the next number; and the first delivery's folder once more in the inbox."""
    for supplier, period in defect.places():
        first = plan.delivery(f"{supplier}-{period}-01")
        plan = plan.put(first.delivery_id, first, _next_number(first, defect))
        plan = replace(plan, again=(*plan.again, first.delivery_id))
    return plan


def late_delivery(plan: Plan, defect: Defect) -> Plan:
    """The delivery comes on a later day."""
    for supplier, period in defect.places():
        first = plan.delivery(f"{supplier}-{period}-01")
        plan = plan.put(first.delivery_id, replace(first, delivered_on=defect.terms["delivered_on"]))
    return plan


def missing_delivery(plan: Plan, defect: Defect) -> Plan:
    """A table that the supplier should deliver is in none of its deliveries of the period."""
    for supplier, period in defect.places():
        missing = {file.path for file in files_of(plan, supplier, period, defect.terms["table"])}

        def without(delivery: PlannedDelivery, missing: set[str] = missing) -> PlannedDelivery:
            return replace(delivery, files=tuple(f for f in delivery.files if f.path not in missing))

        plan = plan.changed(without)
    return plan


def _next_number(first: PlannedDelivery, defect: Defect) -> PlannedDelivery:
    later = first.delivered_on + dt.timedelta(days=defect.terms["mended_days"])
    return replace(first, delivery_id=f"{first.supplier}-{first.period}-02", delivered_on=later)


def _coded_too_often(material: Material, share: float) -> bytes:
    table = CsvText.read(material)
    (column,) = table.sources("has_complication")
    yes, no = (table.code("has_complication", value) for value in (True, False))
    hit = table.chosen(material.rng, share, among=pl.col(column) == no)
    coded = pl.when(hit).then(pl.lit(yes)).otherwise(pl.col(column)).alias(column)
    return table.bytes(table.rows.with_columns(coded))
