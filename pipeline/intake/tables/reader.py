"""A table of a supplier, through its mapping, to blocks of canonical rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

import polars as pl

from pipeline.errors import FileRefusedError, LayoutError
from pipeline.intake.columns.mapping import TableMapping
from pipeline.intake.files.source_file import SourceFile
from pipeline.intake.rules.field_rules import FieldForm, judge_fields
from pipeline.intake.rules.findings import Check, together, violations
from pipeline.intake.rules.own_names import OwnName, OwnNames, canonical_names
from pipeline.intake.staging import FileFacts, Reading, StagedTable
from pipeline.intake.tables.csv_reader import open_csv
from pipeline.intake.tables.form import CSV, PARQUET, XLSX, TableForm
from pipeline.intake.tables.found_notation import find_written
from pipeline.intake.tables.header import places
from pipeline.intake.tables.mapping_file import MappingFile
from pipeline.intake.tables.opened import OpenTable, RawBlock
from pipeline.intake.tables.parquet_reader import MAGIC, open_parquet
from pipeline.intake.tables.plain_text import LOCAL_TIME, Written, has_time_zone, is_plain, plain
from pipeline.intake.tables.records import LONGEST_CELL
from pipeline.intake.tables.sheet_reader import open_sheet

SAMPLE = 10_000
"""So many first rows show the notation of dates and amounts."""

WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How workbooks begin: as zip files, and the older ones."""

_UNENDED = (
    "The last line has no line end: if rows lack, the file was cut short (`--rows` says how many to expect)"
)
_KINDS = {CSV: "a text (CSV)", PARQUET: "a Parquet file", XLSX: "a workbook (XLSX)"}


def open_table(source: SourceFile, form: TableForm) -> OpenTable:
    """The file as a table, its header read; what its first bytes are decides, unless the mapping says.

    Raises:
        FileRefusedError: when it is no such table.
    """
    start = source.head(len(MAGIC))
    sniffed = PARQUET if start == MAGIC else XLSX if start in WORKBOOKS else CSV
    if form.kind and form.kind != sniffed:
        raise FileRefusedError(
            f"The file is {_KINDS[sniffed]}, and the mapping says that it is {_KINDS[form.kind]}",
            where=source.name,
            remedy=f"Correct `kind` in the mapping's `format`, or leave it out; or give the file as {form.kind}.",
        )
    match sniffed:
        case "Parquet":
            return open_parquet(source.path(), source.name)
        case "XLSX":
            return open_sheet(source.path(), source.name, form)
    return open_csv(source.open, source.name, form)


def read(source: SourceFile, described: MappingFile, year: int | None) -> Reading:
    """The canonical table that this file delivers, block by block; `year` is the period of the delivery.

    Raises:
        FileRefusedError: when the file is no table of this form, or a column of the mapping is absent.
        LayoutError: when the mapping needs a period and there is none, or leaves open what the file does not show.
    """
    mapping, form = described.mapping, described.form
    table = open_table(source, form)
    wanted = places(mapping.references(), table, source.name)
    blocks = table.blocks(wanted)
    first = next(blocks, None)
    said, warnings, written, rows, passed_over = list(table.said), list(table.warnings), None, 0, 0
    for block in chain([first] if first else [], blocks):
        if written is None and block.rows.height:
            try:
                written, found = find_written(block.rows.head(SAMPLE), mapping.forms(), form, table.kind)
            except LayoutError as error:
                raise LayoutError(error.what, where=source.name, remedy=error.remedy) from None
            said += found
            warnings += _of_moments(block.rows, mapping.forms())
        rows, passed_over = rows + block.rows.height, passed_over + block.passed_over
        if block.is_unended:
            said.append(_UNENDED)
        yield _staged(block, described, written or Written("%Y-%m-%d", ",", ""), year)
    if passed_over:
        said.append(f"{passed_over:,} rows without any content were passed over")
    yield FileFacts(
        standard=table.kind,
        version=described.digest[:12],
        records={"row": rows},
        trailer_cents=None,
        warnings=tuple(warnings),
        notes=tuple(said),
        names=_names(mapping, {name: OwnName(table.columns[place]) for name, place in wanted.items()}),
    )


def _names(mapping: TableMapping, header: dict[str, OwnName]) -> OwnNames:
    """What the file's header calls the columns of the mapping, and those that canonical columns come from."""
    return {("", name): own for name, own in (canonical_names(mapping, header.__getitem__) | header).items()}


def _of_moments(rows: pl.DataFrame, forms: Iterable[FieldForm]) -> Iterator[str]:
    """What to say of columns that should hold days and hold moments with a time zone."""
    for form in forms:
        if form.kind == "date" and has_time_zone(rows.schema[form.name]):
            yield f"Column '{form.name}' holds moments with a time zone: the day in {LOCAL_TIME} was taken"


def _staged(block: RawBlock, described: MappingFile, written: Written, year: int | None) -> StagedTable:
    mapping, notation = described.mapping, written.notation
    kinds = {
        form.name: form.kind
        for form in mapping.forms()
        if form.kind != "text" and not is_plain(block.rows[form.name], form.kind, written)
    }
    text = block.rows.select(
        "row_number",
        "fault",
        *(
            plain(name, block.rows.schema[name], kinds.get(name, "text"), written)
            for name in mapping.references()
        ),
        line_number="row_number",
    )
    sound = text.filter(pl.col("fault").is_null())
    findings = [
        block.findings,
        judge_fields(sound, mapping.forms(), notation),
        violations(sound, [*_too_long(mapping.references()), *mapping.checks(notation, year)]),
    ]
    rows = mapping.rows(text, notation, year)
    money = mapping.table.money_column
    return StagedTable(
        table=mapping.table,
        record_code="",
        rows=rows,
        findings=together(findings),
        delivered_rows=block.rows.height,
        delivered_cents=int(rows[money].cast(pl.Int128).sum()) if money else 0,
    )


def _too_long(names: list[str]) -> Iterator[Check]:
    for name in names:
        long = pl.col(name).str.len_bytes() > LONGEST_CELL
        yield Check(name, "cell", f"{name} is longer than any cell of a spreadsheet can be", long)
