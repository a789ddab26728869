"""From the records of a message to canonical rows, as the layout's `canonical` part says.

That part has, by canonical table: `record`, the kind that carries the money, one row each; `joins`, other kinds
with the fields that must be `equal`, one record at most for each row; `header`, the opening record, whose
fields hold for all rows; `bsn`, the field of the person; and `columns`, the rules of `mapping`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.canonical import canonical_table
from pipeline.errors import LayoutError
from pipeline.intake.columns.mapping import TableMapping
from pipeline.intake.columns.notation import VEKTIS
from pipeline.intake.messages.form_faults import detail_codes
from pipeline.intake.messages.insured_records import insured_faults
from pipeline.intake.messages.message_refs import reference_fields, references
from pipeline.intake.messages.record_block import RecordBlock, Records
from pipeline.intake.messages.record_faults import faults, passed_on
from pipeline.intake.messages.record_layout import Layout
from pipeline.intake.rules.field_rules import empty_zeros
from pipeline.intake.rules.findings import Check, together, violations
from pipeline.intake.staging import StagedTable


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


def staged_tables(block: RecordBlock, opening: Records, cents: int, *folders: Path) -> Iterator[StagedTable]:
    """Every canonical table of this block of a message.

    Args:
        block: whole groups of records.
        opening: the message's first record.
        cents: the declared amounts of the block, added up.
        folders: may hold code lists.
    """
    for table, raw in block.layout.canonical.items():
        yield _staged(block, opening, layout_mapping(block.layout, table, *folders), raw, cents)


def _staged(
    block: RecordBlock, opening: Records, mapping: TableMapping, raw: Mapping[str, Any], cents: int
) -> StagedTable:
    base = block.records(raw["record"])
    wanted = {*mapping.references(), *reference_fields(raw)}
    keys = list(dict.fromkeys(name for join in raw["joins"] for name in join["equal"]))
    rows = _fields(base, wanted, keys)
    findings = [faults(base)]
    for join in raw["joins"]:
        joined = _joined(rows, block.records(join["record"]), wanted, join, base.record.code)
        rows = joined.rows
        findings += joined.findings
    insured = detail_codes(block.layout)[0]
    if insured not in (raw["record"], *(join["record"] for join in raw["joins"])):
        findings.append(insured_faults(base, block.records(insured)))
    header = _fields(opening, wanted, []).drop("line_number", "group")
    whole = rows.rename({"line_number": "row_number"}).with_columns(
        pl.lit(header[name][0], dtype=pl.String).alias(name) for name in header.columns
    )
    canonical = mapping.rows(whole, VEKTIS)
    return StagedTable(
        table=mapping.table,
        record_code=base.record.code,
        rows=canonical.hstack(whole.select(references(raw))),
        findings=together(findings),
        delivered_rows=base.height,
        delivered_cents=cents if mapping.table.money_column else 0,
    )


@dataclass(frozen=True)
class _Joined:
    rows: pl.DataFrame
    findings: list[pl.DataFrame]


def _joined(
    rows: pl.DataFrame, others: Records, wanted: Collection[str], join: Mapping[str, Any], base_code: str
) -> _Joined:
    """The rows with the fields of the record of their own group that is tied to each, and what is wrong with it."""
    on = ["group", *join["equal"]]
    fields = _fields(others, wanted, join["equal"]).rename({"line_number": "other_line"})
    keyed = fields.with_columns(ambiguous=pl.struct(on).is_duplicated())
    first = keyed.unique(on, keep="first", maintain_order=True) if keyed["ambiguous"].any() else keyed
    found = rows.join(first, on=on, how="left", validate="m:1", maintain_order="left")
    links = found.select("ambiguous", "other_line", row_number="line_number")
    findings = [_link_findings(links, base_code, join), passed_on(faults(others), links)]
    return _Joined(found.drop("ambiguous", "other_line"), findings)


def _fields(records: Records, wanted: Collection[str], keys: Sequence[str]) -> pl.DataFrame:
    """line_number, group, the keys, and the wanted fields as '<code>.<field>', null where they are empty."""
    code = records.record.code
    names = [field.name for field in records.record.fields.values() if f"{code}.{field.name}" in wanted]
    cut = records.fields(*dict.fromkeys([*keys, *names]))
    named = (empty_zeros(records.record.fields[name]).alias(f"{code}.{name}") for name in names)
    return cut.select("line_number", "group", *keys, *named)


def _link_findings(links: pl.DataFrame, base_code: str, join: Mapping[str, Any]) -> pl.DataFrame:
    code, key = join["record"], ", ".join(join["equal"])
    checks = [
        Check(key, "joined_record", f"no record {code} has the same", pl.col("other_line").is_null()),
        Check(key, "joined_record", f"several records {code} have the same", pl.col("ambiguous")),
    ]
    return violations(links, checks, record_code=base_code)
