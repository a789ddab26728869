"""A supplier's file from end to end: read, judged, taken to canonical rows, with every row and cent counted.

A file that cannot be what it says is refused as a whole, by an error; all others end as accepted rows and
rejected ones, each of those with its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from pipeline.errors import SettingsError
from pipeline.intake.accounts import TableAccount, account
from pipeline.intake.delimited import load_mapping, stage_delimited
from pipeline.intake.findings import FINDINGS, together
from pipeline.intake.fixed_width import read_message
from pipeline.intake.records_to_rows import stage_message
from pipeline.intake.references import Mac, file_reference
from pipeline.intake.row_rules import JudgeBsn, judge_rows
from pipeline.intake.source_file import SourceFile
from pipeline.intake.staging import StagedFile, StagedTable
from pipeline.intake.trailer import reconcile

REJECTED = pl.Schema({"file": pl.String(), "table": pl.String(), **FINDINGS})


@dataclass(frozen=True)
class CheckedFile:
    """A file that was not refused.

    `tables` has by canonical table the accepted rows: its columns, and `bsn` (nine digits). `rejected` has a
    row per finding: file, table, row_number (the line of the rejected row), line_number (where to mend),
    record_code, field, rule, reason. `records` counts by record code; `trailer_cents` is the closing record's
    total, None where there is none. A table's standard is CSV, its version the digest of the mapping used.
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

    @property
    def outcome(self) -> str:
        """'accepted', or 'accepted with rejected rows'."""
        return "accepted with rejected rows" if self.rejected.height else "accepted"

    @property
    def persons(self) -> int:
        """The number of different persons among the accepted rows of all tables."""
        return pl.concat([table.select("bsn") for table in self.tables.values()])["bsn"].n_unique()


def check_file(
    path: Path,
    *,
    judge_bsn: JudgeBsn,
    period: str | None = None,
    mapping: Path | None = None,
    layout_folders: Sequence[Path] = (),
) -> CheckedFile:
    """Check one file: a table through `mapping`, or else a message of a standard with a layout.

    `period` is the calendar year of the delivery ('2025'), for tables whose rules need one. `judge_bsn` gets
    the different numbers as text and returns `normalised` and `reason` (null when good) for each.

    Raises:
        FileRefusedError: when the file is refused as a whole; its classes say why.
        LayoutError: when the mapping or a layout cannot be used.
        ReconciliationError: when rows or cents do not close: a fault of ours.
    """
    source = SourceFile.read(path)
    staged = _message(source, layout_folders) if mapping is None else _table(source, mapping, _year(period))
    settled = {table.table.name: _settle(table, judge_bsn, source.name) for table in staged.tables}
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
    )


def accounts(checked: Iterable[CheckedFile], mac: Mac) -> dict[str, dict[str, Any]]:
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
    return {name: {**asdict(sums[name].require_closed(name)), "files": files[name]} for name in sorted(sums)}


def _message(source: SourceFile, layout_folders: Sequence[Path]) -> StagedFile:
    message = read_message(source, *layout_folders)
    totals = reconcile(message, source.name)
    return StagedFile(
        standard=message.layout.standard,
        version=message.layout.version,
        records=totals.records,
        trailer_cents=totals.trailer_cents,
        tables=stage_message(message, totals),
    )


def _table(source: SourceFile, mapping: Path, year: int | None) -> StagedFile:
    described = load_mapping(mapping)
    table = stage_delimited(source, described, year)
    return StagedFile(
        standard="CSV",
        version=described.digest[:12],
        records={"row": table.delivered_rows},
        trailer_cents=None,
        tables=[table],
    )


class _Settled(NamedTuple):
    accepted: pl.DataFrame
    findings: pl.DataFrame
    account: TableAccount


def _settle(staged: StagedTable, judge_bsn: JudgeBsn, name: str) -> _Settled:
    """Accepted rows, findings, and the account, which closes."""
    readable = staged.rows.join(staged.findings, on="row_number", how="anti", maintain_order="left")
    judged, found = judge_rows(readable, staged.table, staged.record_code, judge_bsn)
    findings = together([staged.findings, found])
    accepted = judged.join(found, on="row_number", how="anti", maintain_order="left")
    rejected = staged.rows.join(findings, on="row_number", how="semi")
    closed = account(staged, accepted, rejected, findings).require_closed(f"{name}, {staged.table.name}")
    place = (pl.lit(name).alias("file"), pl.lit(staged.table.name).alias("table"))
    return _Settled(
        accepted=accepted.select(*staged.table.polars_schema, "bsn"),
        findings=findings.select(*place, pl.all()),
        account=closed,
    )


def _year(period: str | None) -> int | None:
    if period is None:
        return None
    if len(period) != 4 or not period.isdigit():
        raise SettingsError(f"'{period}' is no period", remedy="Give a calendar year, for instance 2025.")
    return int(period)
