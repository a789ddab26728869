"""Lines that come twice, and credits for lines that never came."""

from __future__ import annotations

from functools import partial

import numpy as np
import polars as pl

from pipeline.demo.defects.csv_text import CsvText
from pipeline.demo.defects.description import Defect
from pipeline.demo.defects.finding import claims_tables, hospital_messages, largest
from pipeline.demo.defects.message_text import ACTIVITY, PERFORMANCE, TARIFF, MessageText
from pipeline.demo.edits import Edit, Material
from pipeline.demo.plan import Plan, PlannedFile

_KEY = ("bsn", "insurer_code", "performance_list_code", "performance_code", "performance_start_date")
"""What names a performance within a message, but for its sequence number."""
_LAST_SEQUENCE = "99"


def duplicate_lines(plan: Plan, defect: Defect) -> Plan:
    """Rows twice in one CSV, and performances of the year before again in a message of the same hospital."""
    share = defect.terms["share"]
    for supplier, period in defect.places():
        table = largest(claims_tables(plan, supplier, period))
        plan = plan.edited(table.path, Edit(defect.name, partial(_rows_twice, share=share)))
        message = largest(hospital_messages(plan, supplier, period))
        earlier = _of_same_hospital(hospital_messages(plan, supplier, period - 1), message)
        again = Edit(defect.name, partial(_once_more, share=share), other=earlier.path)
        plan = plan.edited(message.path, again)
    return plan


def orphan_credit(plan: Plan, defect: Defect) -> Plan:
    """Credits in a hospital's message that name lines nobody has."""
    edit = Edit(defect.name, partial(_credits_of_nothing, share=defect.terms["share"]))
    for supplier, period in defect.places():
        plan = plan.edited(largest(hospital_messages(plan, supplier, period)).path, edit)
    return plan


def _of_same_hospital(messages: list[PlannedFile], like: PlannedFile) -> PlannedFile:
    hospital = like.name.split("-")[1]
    return largest([message for message in messages if message.name.split("-")[1] == hospital])


def _rows_twice(material: Material, share: float) -> bytes:
    table = CsvText.read(material)
    again = table.rows.filter(table.chosen(material.rng, share))
    return table.bytes(pl.concat([table.rows, again]))


def _once_more(material: Material, share: float) -> bytes:
    message, earlier = MessageText.read(material.content), MessageText.read(material.other)
    known = _keys(message).select(_KEY)
    new = _charged_once(earlier).join(known, on=list(_KEY), how="anti", maintain_order="left")
    return message.followed_by(earlier.only(_some(material.rng, new["performance"], share))).bytes()


def _credits_of_nothing(material: Material, share: float) -> bytes:
    message = MessageText.read(material.content)
    credits = message.only(_some(material.rng, _charged_once(message)["performance"], share))
    for code in (PERFORMANCE, TARIFF, ACTIVITY):
        reference = message.field(code, "line_reference").str.slice(1)
        credits = credits.overwritten(code, "corrected_line_reference", "V" + reference)
        credits = credits.overwritten(code, "line_reference", "W" + reference)
        credits = credits.overwritten(code, "performance_sequence_number", pl.lit(_LAST_SEQUENCE))
        for sign in ("quantity_sign", "calculated_sign", "declared_sign"):
            if sign in message.layout.records[code].fields:
                credits = credits.overwritten(code, sign, pl.lit("C"))
    return message.followed_by(credits).bytes()


def _keys(message: MessageText) -> pl.DataFrame:
    """The running number and the key of each performance."""
    fields = {name: message.field(PERFORMANCE, name) for name in _KEY}
    return message.records(PERFORMANCE).select("performance", **fields)


def _charged_once(message: MessageText) -> pl.DataFrame:
    """Performances that the message charges, and neither credits nor declares again."""
    credited = message.records(TARIFF).filter(message.field(TARIFF, "declared_sign") == "C")
    keys = _keys(message).filter(pl.struct(_KEY).is_unique())
    return keys.join(credited, on="performance", how="anti", maintain_order="left")


def _some(rng: np.random.Generator, performances: pl.Series, share: float) -> pl.Series:
    count = min(performances.len(), max(1, round(share * performances.len())))
    return performances.gather(np.sort(rng.choice(performances.len(), count, replace=False)))
