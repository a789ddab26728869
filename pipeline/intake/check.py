"""A supplier's file from end to end: read, judged, taken to canonical rows, with every row and cent counted.

A file that cannot be what it says is refused as a whole, by an error; all others end as accepted rows and
rejected ones, each of those with its reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from pipeline.intake.accounts import TableAccount, account
from pipeline.intake.delimited import DelimitedMapping, load_mapping, stage_delimited
from pipeline.intake.findings import FINDINGS, together
from pipeline.intake.fixed_width import read_message
from pipeline.intake.kept_back import NO_REFERENCES, credits_of_rejected, references
from pipeline.intake.period_rules import PeriodCount, Window, count_outside
from pipeline.intake.records_to_rows import stage_message
from pipeline.intake.references import Mac, file_reference
from pipeline.intake.row_rules import JudgeBsn, judge_rows
from pipeline.intake.source_file import SourceFile
from pipeline.intake.staging import StagedFile, StagedTable
from pipeline.intake.trailer import reconcile

CLAIMS = "claim_line"
REJECTED = pl.Schema({"file": pl.String(), "table": pl.String(), **FINDINGS})


@dataclass(frozen=True)
class CheckedFile:
    """A file that was not refused.

    `tables` has by canonical table the accepted rows: its columns, and for persons `bsn` (nine digits).
    `rejected` has a row per finding: file, table, row_number (the line of the rejected row), line_number (where
    to mend), record_code, field, rule, reason. `records` counts by record code; `trailer_cents` is the closing
    record's total, None where there is none. A table's standard is CSV, its version the digest of the mapping
    used. `periods` tells by table how many rows are of another year than the delivery's. `kept_back` are the
    references of the rejected claim lines, for the credits of them.
    """

    name: str
    sha256: str
    standard: str
    version: str
    records: dict[str, int]
    trailer_cents: int | None
    tables: dict[str, pl.DataFrame] = field(repr=False)
    rejected: pl.DataFrame = field(repr=False)
    accounts: dict[str, TableAccount]
    periods: dict[str, PeriodCount]
    kept_back: pl.Series = field(repr=False)

    @property
    def outcome(self) -> str:
        """'accepted', or 'accepted with rejected rows'."""
        return "accepted with rejected rows" if self.rejected.height else "accepted"

    @property
    def persons(self) -> int:
        """The number of different persons among the accepted rows of all tables that are about persons."""
        persons = [table["bsn"] for table in self.tables.values() if "bsn" in table.columns]
        return pl.concat(persons).n_unique() if persons else 0


def check_file(
    path: Path,
    *,
    judge_bsn: JudgeBsn,
    period: str | None = None,
    delivered_on: dt.date | None = None,
    mapping: Path | None = None,
    layout_folders: Sequence[Path] = (),
) -> CheckedFile:
    """Check one file: a table through `mapping`, or else a message of a standard with a layout.

    Rows of later years than `period` ('2025') and, with `delivered_on`, from after that day are rejected.
    `judge_bsn` gets the different numbers as text and returns `normalised` and `reason` (null when good) for
    each. `layout_folders` may hold layouts and code lists besides those of the software.

    Raises:
        FileRefusedError: when the file is refused as a whole; its classes say why.
        LayoutError: when the mapping or a layout cannot be used.
        SettingsError: when the period is no calendar year.
        ReconciliationError: when rows or cents do not close: a fault of ours.
    """
    window = Window.of(period, delivered_on)
    source = SourceFile.read(path)
    if mapping is None:
        staged = _message(source, layout_folders)
    else:
        staged = _table(source, load_mapping(mapping, *layout_folders), window.year)
    settled = {table.table.name: _settle(table, judge_bsn, window, source.name) for table in staged.tables}
    return CheckedFile(
        name=source.name,
        sha256=source.sha256,
        standard=staged.standard,
        version=staged.version,
        records=staged.records,
        trailer_cents=staged.trailer_cents,
        tables={name: table.accepted for name, table in settled.items()},
        rejected=pl.concat([REJECTED.to_frame(), *(table.findings for table in settled.values())]),
        accounts={name: table.account for name, table in settled.items()},
        periods={name: table.period for name, table in settled.items()},
        kept_back=settled[CLAIMS].kept_back if CLAIMS in settled else NO_REFERENCES,
    )


def accounts(checked: Sequence[CheckedFile], mac: Mac) -> dict[str, dict[str, Any]]:
    """Rows and cents by canonical table over all files, for the signed manifest: JSON-able.

    Of each file only its standard, its version and its reference under the supplier's own key (`mac`): no
    name, no digest and no counts, by which somebody could recognise it.
    """
    files: dict[str, list[dict[str, str]]] = {}
    sums: dict[str, TableAccount] = {}
    for file in checked:
        said = {"standard": file.standard, "version": file.version}
        said["file_ref"] = file_reference(file.sha256, mac)
        for name, figures in file.accounts.items():
            sums[name] = sums.get(name, TableAccount()) + figures
            files.setdefault(name, []).append(said)
    told = {name: {**asdict(sums[name].require_closed(name)), "files": files[name]} for name in sorted(sums)}
    if CLAIMS in told:
        accepted = pl.concat([file.tables[CLAIMS] for file in checked if CLAIMS in file.tables])
        told[CLAIMS]["credits_of_rejected"] = credits_of_rejected(
            accepted, [file.kept_back for file in checked]
        )
    return told


def _message(source: SourceFile, layout_folders: Sequence[Path]) -> StagedFile:
    message = read_message(source, *layout_folders)
    totals = reconcile(message, source.name)
    return StagedFile(
        standard=message.layout.standard,
        version=message.layout.version,
        records=totals.records,
        trailer_cents=totals.trailer_cents,
        tables=stage_message(message, totals, *layout_folders),
    )


def _table(source: SourceFile, mapping: DelimitedMapping, year: int | None) -> StagedFile:
    table = stage_delimited(source, mapping, year)
    return StagedFile(
        standard="CSV",
        version=mapping.digest[:12],
        records={"row": table.delivered_rows},
        trailer_cents=None,
        tables=[table],
    )


class _Settled(NamedTuple):
    accepted: pl.DataFrame
    findings: pl.DataFrame
    account: TableAccount
    period: PeriodCount
    kept_back: pl.Series


def _settle(staged: StagedTable, judge_bsn: JudgeBsn, window: Window, name: str) -> _Settled:
    """Accepted rows, findings, the account, which closes, the rows of other years, and what is kept back."""
    readable = staged.rows.join(staged.findings, on="row_number", how="anti", maintain_order="left")
    checks = window.checks(staged.table)
    judged, found = judge_rows(readable, staged.table, staged.record_code, judge_bsn, checks)
    findings = together([staged.findings, found])
    accepted = judged.join(found, on="row_number", how="anti", maintain_order="left")
    rejected = staged.rows.join(findings, on="row_number", how="semi")
    closed = account(staged, accepted, rejected, findings).require_closed(f"{name}, {staged.table.name}")
    place = (pl.lit(name).alias("file"), pl.lit(staged.table.name).alias("table"))
    return _Settled(
        accepted=accepted.select(*staged.table.polars_schema, *(["bsn"] if staged.table.is_personal else [])),
        findings=findings.select(*place, pl.all()),
        account=closed,
        period=count_outside(staged.rows, staged.table, findings, window),
        kept_back=references(rejected) if staged.table.name == CLAIMS else NO_REFERENCES,
    )
