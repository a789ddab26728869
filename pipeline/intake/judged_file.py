"""One file, block by block: its rows judged one by one and counted; the accepted ones and the findings on disk.

What two rows cannot both say is judged after all files of a delivery were read: see `check`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pipeline.canonical import CanonicalTable
from pipeline.intake.accounts import TableAccount, account
from pipeline.intake.files.parts import Parts
from pipeline.intake.files.source_file import SourceFile
from pipeline.intake.kept_back import REFERENCES, references
from pipeline.intake.messages.read_ahead import read_ahead
from pipeline.intake.rules.findings import FINDINGS, rejecting, together
from pipeline.intake.rules.period_rules import PeriodCount, Window, count_outside
from pipeline.intake.rules.row_rules import JudgeBsn, judge_rows
from pipeline.intake.staging import WORKING, FileFacts, Reading, StagedTable

CLAIMS = "claim_line"
AMOUNTS = pl.Schema({"row_number": pl.UInt32(), "cents": pl.Int64()})
"""The amounts of rejected rows; null where one cannot be read."""


@dataclass
class JudgedTable:
    """What came of one table of a file so far: accepted rows, findings, counts, and of what was rejected the rest.

    That is `kept_back`, the references of rejected claims, and `amounts`, with the schema AMOUNTS.
    `is_answer` when its rows only tell what became of claims of another file.
    """

    table: CanonicalTable
    accepted: Parts = field(repr=False)
    findings: Parts = field(repr=False)
    kept_back: Parts = field(repr=False)
    amounts: Parts = field(repr=False)
    account: TableAccount = field(default_factory=TableAccount)
    period: PeriodCount = field(default_factory=PeriodCount)
    is_answer: bool = False

    @classmethod
    def empty(cls, table: CanonicalTable, folder: Path) -> JudgedTable:
        """Before the first block; `folder` is for its parts."""
        return cls(
            table,
            accepted=Parts(folder / "accepted", part_schema(table)),
            findings=Parts(folder / "findings", FINDINGS),
            kept_back=Parts(folder / "kept_back", REFERENCES),
            amounts=Parts(folder / "amounts", AMOUNTS),
        )

    def keep_of_rejected(self, rows: pl.DataFrame) -> None:
        """Keep of rejected rows what is asked for later: what was rejected itself is never sealed."""
        if self.table.money_column and not self.is_answer:
            self.amounts.add(rows.select("row_number", cents=pl.col(self.table.money_column)))
        if self.table.name == CLAIMS:
            self.kept_back.add(references(rows))


@dataclass(frozen=True)
class JudgedFile:
    """A file that was read to its end; `tables` by canonical table."""

    name: str
    sha256: str
    facts: FileFacts
    tables: dict[str, JudgedTable] = field(repr=False)


def part_schema(table: CanonicalTable) -> pl.Schema:
    """The columns of accepted rows on disk: where they come from, the person, and the canonical columns."""
    place = {"row_number": pl.UInt32(), "record_code": pl.String()}
    person = {"bsn": pl.String()} if table.is_personal else {}
    refs = dict.fromkeys(WORKING, pl.String()) if table.name == CLAIMS else {}
    return pl.Schema({**place, **refs, **table.polars_schema, **person})


def judge_file(
    source: SourceFile, reading: Reading, judge_bsn: JudgeBsn, window: Window, folder: Path
) -> JudgedFile:
    """Judge every row that the reading gives; `folder` is for the parts.

    Raises:
        FileRefusedError: when the file is refused as a whole, at any moment.
        ReconciliationError: when rows or cents do not close: a fault of ours.
    """
    tables: dict[str, JudgedTable] = {}
    for item in read_ahead(reading):
        if isinstance(item, FileFacts):
            return JudgedFile(source.name, source.sha256, item, tables)
        name = item.table.name
        judged = tables.setdefault(name, JudgedTable.empty(item.table, folder / name))
        _add(judged, item, judge_bsn, window, source.name)
    raise AssertionError("a reading ends with the facts of its file")


def _add(judged: JudgedTable, block: StagedTable, judge_bsn: JudgeBsn, window: Window, name: str) -> None:
    rows = _with_working_columns(block)
    if block.is_answer:
        accepted, findings = rows, block.findings
    else:
        readable = rows.join(rejecting(block.findings), on="row_number", how="anti", maintain_order="left")
        checks = window.checks(block.table)
        accepted, found = judge_rows(readable, block.table, block.record_code, judge_bsn, checks)
        findings = together([block.findings, found])
    faulty = rejecting(findings)
    accepted = accepted.join(faulty, on="row_number", how="anti", maintain_order="left")
    rejected = rows.join(faulty, on="row_number", how="semi", maintain_order="left")
    where = f"{name}, {block.table.name}"
    judged.is_answer = block.is_answer
    judged.account += account(block, accepted, rejected, findings).require_closed(where)
    judged.period += count_outside(block.rows, block.table, findings, window)
    judged.accepted.add(accepted)
    judged.findings.add(findings)
    judged.keep_of_rejected(rejected)


def _with_working_columns(block: StagedTable) -> pl.DataFrame:
    """The rows with their record code, and with empty references to a message where they come from none."""
    schema = part_schema(block.table)
    lacking = [name for name in WORKING if name in schema and name not in block.rows.columns]
    empty = (pl.lit(None, dtype=schema[name]).alias(name) for name in lacking)
    return block.rows.with_columns(pl.lit(block.record_code).alias("record_code"), *empty)
