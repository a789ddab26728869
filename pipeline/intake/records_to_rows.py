"""From the records of a message to canonical rows, as the layout's `canonical` part says.

That part has, by canonical table: `record`, the kind that carries the money, one row each; `joins`, other kinds
with the fields that must be `equal`, one record at most for each row; `header`, the opening record, whose
fields hold for all rows; `bsn`, the field of the person; and `columns`, the rules of `mapping`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.canonical import canonical_table
from pipeline.errors import LayoutError
from pipeline.intake.field_rules import empty_zeros, judge_records
from pipeline.intake.findings import Check, together, violations
from pipeline.intake.fixed_width import Message
from pipeline.intake.mapping import TableMapping
from pipeline.intake.notation import VEKTIS
from pipeline.intake.record_layout import Layout
from pipeline.intake.staging import StagedTable
from pipeline.intake.trailer import ControlTotals


@cache
def layout_mapping(layout: Layout, table: str, *folders: Path) -> TableMapping:
    """The layout's mapping to one canonical table, its field names checked; `folders` may hold code lists.

    Raises:
        LayoutError: when it names a column, field or rule that does not exist.
    """
    raw = layout.canonical[table]
    try:
        sides = [raw["record"], *(join["record"] for join in raw["joins"])]
        keys = [f"{code}.{name}" for code in sides for join in raw["joins"] for name in join["equal"]]
        keys.append(f"{raw['header']}.record_code")
        mapping = TableMapping.parse(canonical_table(table), raw["bsn"], raw["columns"], *folders)
    except (KeyError, TypeError) as error:
        raise LayoutError(f"Table {table} lacks {error}", where=f"the layout of {layout.title}") from error
    for reference in (*mapping.references(), *keys):
        layout.field(reference)
    return mapping


def stage_message(message: Message, totals: ControlTotals, *folders: Path) -> list[StagedTable]:
    """Every canonical table that this message delivers; `folders` may hold code lists."""
    return [
        _stage(
            message, layout_mapping(message.layout, table, *folders), message.layout.canonical[table], totals
        )
        for table in message.layout.canonical
    ]


def _stage(
    message: Message, mapping: TableMapping, raw: Mapping[str, Any], totals: ControlTotals
) -> StagedTable:
    code = raw["record"]
    base = message.records(code).with_columns(row_number="line_number")
    findings = [judge_records(base, message.layout.records[code])]
    wide = base.select("row_number", *_wanted(message.layout, code, mapping))
    for join in raw["joins"]:
        others = message.records(join["record"]).with_columns(row_number="line_number")
        links = _links(base, others, join["equal"])
        findings += [_link_findings(links, code, join), _passed_on(others, links, message.layout, join)]
        fields = others.select("line_number", *_wanted(message.layout, join["record"], mapping))
        found = links.select("row_number", "line_number").join(
            fields, on="line_number", how="left", validate="m:1"
        )
        wide = wide.join(
            found.drop("line_number"), on="row_number", how="left", validate="1:1", maintain_order="left"
        )
    opening = message.records(raw["header"]).select(_wanted(message.layout, raw["header"], mapping))
    wide = wide.join(opening, how="cross", maintain_order="left") if opening.width else wide
    return StagedTable(
        table=mapping.table,
        record_code=code,
        rows=mapping.rows(wide, VEKTIS),
        findings=together(findings),
        delivered_rows=message.count(code),
        delivered_cents=totals.cents if mapping.table.money_column else 0,
    )


def _wanted(layout: Layout, code: str, mapping: TableMapping) -> list[pl.Expr]:
    """The fields of this record that the mapping reads, named '<code>.<field>', null where they are empty."""
    references = set(mapping.references())
    return [
        empty_zeros(field).alias(f"{code}.{field.name}")
        for field in layout.records[code].fields.values()
        if f"{code}.{field.name}" in references
    ]


def _links(base: pl.DataFrame, others: pl.DataFrame, on: Sequence[str]) -> pl.DataFrame:
    """For each row of `base` its row_number, and the line_number of the record joined to it, or null.

    `ambiguous` is true where several records have the same key; the first of them is taken.
    """
    keyed = others.select(*on, "line_number", ambiguous=pl.struct(on).is_duplicated())
    return base.select("row_number", *on).join(
        keyed.unique(on, keep="first", maintain_order=True), on=on, how="left", validate="m:1"
    )


def _link_findings(links: pl.DataFrame, base_code: str, join: Mapping[str, Any]) -> pl.DataFrame:
    code, key = join["record"], ", ".join(join["equal"])
    checks = [
        Check(key, "joined_record", f"no record {code} has the same", pl.col("line_number").is_null()),
        Check(key, "joined_record", f"several records {code} have the same", pl.col("ambiguous")),
    ]
    return violations(links, checks, record_code=base_code)


def _passed_on(
    others: pl.DataFrame, links: pl.DataFrame, layout: Layout, join: Mapping[str, Any]
) -> pl.DataFrame:
    """The faults of the joined records, once for each row that depends on them."""
    faults = judge_records(others, layout.records[join["record"]])
    rows = links.select("row_number", "line_number")
    return faults.drop("row_number").join(rows, on="line_number", how="inner").select(faults.columns)
