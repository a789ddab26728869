"""BSNs that fail the eleven test, in registers and in hospital claims."""

from __future__ import annotations

from functools import partial

import numpy as np
import polars as pl

from pipeline.demo.defects.csv_text import CsvText
from pipeline.demo.defects.description import Defect
from pipeline.demo.defects.finding import files_of, hospital_messages, last_with
from pipeline.demo.defects.message_text import INSURED, MessageText
from pipeline.demo.edits import Edit, Material
from pipeline.demo.plan import Plan

MANY = 20
"""A message of so many rows is of several persons, so that some of them can be spoiled and others left."""


def failing_bsn(plan: Plan, defect: Defect) -> Plan:
    """A wrong last digit for some persons, in every register and one hospital message of each place."""
    share = defect.terms["share"]
    in_table = Edit(defect.name, partial(_in_table, share=share))
    in_message = Edit(defect.name, partial(_in_message, share=share))
    for supplier, period in defect.places():
        for register in files_of(plan, supplier, period, "insured"):
            plan = plan.edited(register.path, in_table)
        message = last_with(MANY, hospital_messages(plan, supplier, period))
        plan = plan.edited(message.path, in_message)
    return plan


def wrong_last_digit(number: pl.Expr) -> pl.Expr:
    """The number with its last digit one up: no two numbers that differ only there both pass the eleven test."""
    last = (number.str.slice(8).cast(pl.Int64) + 1) % 10
    return pl.concat_str(number.str.slice(0, 8), last.cast(pl.String))


def _in_table(material: Material, share: float) -> bytes:
    table = CsvText.read(material)
    number = pl.col(table.person)
    hit = table.chosen(material.rng, share)
    return table.bytes(table.rows.with_columns(pl.when(hit).then(wrong_last_digit(number)).otherwise(number)))


def _in_message(material: Material, share: float) -> bytes:
    """Everywhere in the message, for the records of a person name each other by the number.

    Somebody is left: a message of which nothing can be accepted is another fault, and is refused as a whole.
    """
    message = MessageText.read(material.content)
    known = message.records(INSURED).select(message.field(INSURED, "bsn")).to_series().unique().sort()
    count = max(0, min(known.len() - 1, max(1, round(share * known.len()))))
    spoiled = known.gather(np.sort(material.rng.choice(known.len(), count, replace=False)))
    for code, record in message.layout.records.items():
        if "bsn" in record.fields:
            number = message.field(code, "bsn")
            hit = number.is_in(spoiled.implode())
            new = pl.when(hit).then(wrong_last_digit(number)).otherwise(number)
            message = message.overwritten(code, "bsn", new)
    return message.bytes()
