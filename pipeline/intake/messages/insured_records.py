"""The record that begins a group, of one insured: its faults are those of every row of the group.

Where the insured record and the record with the money both name person (BSN) and insurer (UZOVI), they name the same
ones. A message whose records follow no insured record is left to its closing record, which counts them.
"""

from __future__ import annotations

import polars as pl

from pipeline.intake.messages.record_block import Records
from pipeline.intake.messages.record_faults import faults, passed_on
from pipeline.intake.rules.field_rules import empty_zeros
from pipeline.intake.rules.findings import FINDINGS, Check, together, violations

SAME = ("bsn", "insurer_code")


def insured_faults(base: Records, insured: Records) -> pl.DataFrame:
    """Findings on rows, each of one record of `base`, for the record of `insured` that begins their group."""
    if not insured.height or not base.height:
        return FINDINGS.to_frame()
    named = [name for name in SAME if all(name in one.record.fields for one in (base, insured))]
    rows = _named(base, named).rename({"line_number": "row_number"})
    persons = _named(insured, named).rename({"line_number": "other_line"})
    links = rows.join(
        persons, on="group", how="left", suffix="_insured", validate="m:1", maintain_order="left"
    )
    checks = [
        Check(name, "insured_record", f"the insured record has another {name}", _differs(name))
        for name in named
    ]
    broken = violations(links, checks, record_code=base.record.code)
    return together([passed_on(faults(insured), links), broken])


def _named(records: Records, names: list[str]) -> pl.DataFrame:
    cut = records.fields(*names) if names else records.places
    fields = records.record.fields
    return cut.select("line_number", "group", *(empty_zeros(fields[name]) for name in names))


def _differs(name: str) -> pl.Expr:
    return pl.col(name) != pl.col(f"{name}_insured")
