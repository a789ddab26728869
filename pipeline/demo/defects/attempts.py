"""First attempts at a delivery that sealing refuses; the mended delivery goes out under the next number.

What is refused never left the supplier, so the mended delivery replaces nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import partial

import polars as pl

from pipeline.demo.defects.description import Defect
from pipeline.demo.defects.finding import hospital_messages
from pipeline.demo.defects.message_text import MessageText
from pipeline.demo.edits import Edit, Material
from pipeline.demo.plan import Plan


def truncated_file(plan: Plan, defect: Defect) -> Plan:
    """The first message of a delivery broke off within a record."""
    return _first_attempt(plan, defect, Edit(defect.name, partial(_broken_off, share=defect.terms["share"])))


def wrong_trailer(plan: Plan, defect: Defect) -> Plan:
    """The first message of a delivery states too high a total."""
    edit = Edit(defect.name, partial(_with_total, excess_cents=defect.terms["excess_cents"]))
    return _first_attempt(plan, defect, edit)


def _first_attempt(plan: Plan, defect: Defect, edit: Edit) -> Plan:
    for supplier, period in defect.places():
        first = plan.delivery(f"{supplier}-{period}-01")
        mended = replace(
            first,
            delivery_id=f"{supplier}-{period}-02",
            delivered_on=first.delivered_on + dt.timedelta(days=defect.terms["mended_days"]),
        )
        plan = plan.put(first.delivery_id, first, mended)
        message = hospital_messages(plan, supplier, period)[0]
        plan = plan.edited(message.path, edit, only_in=first.delivery_id)
    return plan


def _broken_off(material: Material, share: float) -> bytes:
    arrived = material.content[: round(share * len(material.content))]
    return arrived[:-10] if arrived.endswith((b"\n", b"\r")) else arrived


def _with_total(material: Material, excess_cents: int) -> bytes:
    message = MessageText.read(material.content)
    trailer = message.layout.trailer
    declared = trailer.totals[0].field
    total = message.field(trailer.record, declared).cast(pl.Int64) + excess_cents
    return message.overwritten(trailer.record, declared, total.cast(pl.String)).bytes()
