"""What came of a file that was not refused, and of a delivery of such files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from pipeline.canonical import canonical_table
from pipeline.errors import NothingAcceptableError
from pipeline.intake.accounts import TableAccount
from pipeline.intake.files.workspace import Workspace
from pipeline.intake.granted import Decided, decided
from pipeline.intake.judged_file import AMOUNTS
from pipeline.intake.rules.findings import PLACED, REJECTED, WARNING
from pipeline.intake.rules.own_names import OwnNames, in_own_words
from pipeline.intake.rules.period_rules import PeriodCount
from pipeline.intake.tables.form import KINDS

CLAIMS = "claim_line"
REJECTED_AMOUNTS = pl.Schema({"file_number": pl.UInt32(), "table": pl.String(), **AMOUNTS})
"""The rejected rows of tables with money, each with its cents; null where its amount cannot be read."""
FIRST_LINES = 6
"""So many lines are named of each cause."""
SHOWN = 100_000
"""How many findings are taken into memory to be shown; all of them are in `findings`."""


@dataclass(frozen=True)
class CheckedFile:
    """A file that was not refused.

    `tables` has by canonical table the accepted rows: its columns, and for persons `bsn` (nine digits). `findings` has
    a row for each thing that is wrong, with the schema PLACED: file, table, row_number (the line of the row),
    line_number (where to mend), record_code, field, rule, reason, severity. `amounts` has the schema REJECTED_AMOUNTS.
    All are read from disk when they are asked for, until `workspace` is closed.

    `records` counts by record code; `trailer_cents` is the closing record's total, None where there is none. `warnings`
    are about the file as a whole, and so are `notes`, which only tell what was found. A table's standard is CSV,
    Parquet or XLSX, its version the digest of its mapping.
    `periods` tells by table how many rows are of another year than the delivery's. `kept_back` are the references of
    the rejected claim lines, for the credits of them. `is_answer` when its rows only tell what became of claims of
    another file: where that does not come, its rows are rejected, and the others go on without it. `names` tells what
    the fields of findings are called in the file.
    """

    name: str
    sha256: str
    standard: str
    version: str
    records: dict[str, int]
    trailer_cents: int | None
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    accounts: dict[str, TableAccount]
    periods: dict[str, PeriodCount]
    tables: dict[str, pl.LazyFrame] = field(repr=False)
    findings: pl.LazyFrame = field(repr=False)
    amounts: pl.LazyFrame = field(repr=False)
    kept_back: pl.LazyFrame = field(repr=False)
    workspace: Workspace = field(repr=False)
    is_answer: bool = False
    names: OwnNames = field(default_factory=dict, repr=False)

    @property
    def outcome(self) -> str:
        """'accepted', 'accepted with warnings', 'accepted with rejected rows', or 'refused': nothing is acceptable."""
        if self._is_for_nothing:
            return "refused"
        if any(account.rows_rejected for account in self.accounts.values()):
            return "accepted with rejected rows"
        return "accepted with warnings" if self.warnings or self.warned.height else "accepted"

    @cached_property
    def rejected(self) -> pl.DataFrame:
        """The first `SHOWN` findings that reject a row, in the order of the rows."""
        return self._shown(REJECTED)

    @cached_property
    def warned(self) -> pl.DataFrame:
        """The first `SHOWN` findings that warn, in the order of the rows."""
        return self._shown(WARNING)

    @cached_property
    def rows_without_amount(self) -> dict[str, int]:
        """By table with money the number of rejected rows whose amount cannot be read: it is in no sum of cents."""
        unread = self.amounts.filter(pl.col("cents").is_null()).group_by("table").len()
        counted = dict(unread.collect(engine="streaming").iter_rows())
        return {name: counted.get(name, 0) for name in self.accounts if canonical_table(name).money_column}

    @cached_property
    def persons(self) -> int:
        """The number of different persons among the accepted rows of all tables that are about persons."""
        return count_persons([self])

    @cached_property
    def decided(self) -> Decided | None:
        """What insurers decided on its accepted claim lines, by its own answers or those of other files."""
        claims = self.tables.get(CLAIMS)
        return None if claims is None else decided(claims, canonical_table(CLAIMS))

    @property
    def title(self) -> str:
        """What it is: 'MZ301 1.3', or 'CSV, mapping b0c81cad272c'."""
        return f"{self.standard}{', mapping' if self.standard in KINDS else ''} {self.version}"

    def require_something_acceptable(self) -> CheckedFile:
        """This file, of which some row is accepted, or which has none, is only an answer, or is not about persons.

        Raises:
            NothingAcceptableError: when it is about persons and all its rows are rejected; it names the place of the
                first finding.
        """
        if not self._is_for_nothing:
            return self
        rows = sum(account.rows_rejected for account in self.accounts.values())
        first = in_own_words(self.rejected.head(1).lazy(), self.names).collect().row(0, named=True)
        raise NothingAcceptableError(
            f"Not one of {rows:,} rows can be accepted; of the first: {first['reason']}",
            where=f"{self.name}, line {first['line_number']}, field {first['own_name']}",
            remedy="Mend what rejects them, or ask for the file again; `ocmo supplier check --mend list.xlsx` has all.",
        )

    @property
    def _is_for_nothing(self) -> bool:
        if self.is_answer:
            return False
        personal = [account for name, account in self.accounts.items() if canonical_table(name).is_personal]
        left = sum(account.rows_accepted + account.rows_merged for account in self.accounts.values())
        return not left and any(account.rows_rejected for account in personal)

    @property
    def told(self) -> pl.LazyFrame:
        """All findings in the words of the file: `own_name` is what it calls the field, and `reason` says it too."""
        return in_own_words(self.findings, self.names)

    def causes(self, severity: str) -> pl.DataFrame:
        """What is wrong, each once: record_code, own_name, reason, the number of `lines`, and the `first_lines`.

        What is wrong on most lines comes first.
        """
        kinds = ["record_code", "own_name", "reason"]
        counted = (
            self.told.filter(pl.col("severity") == severity)
            .unique([*kinds, "line_number"])
            .group_by(kinds)
            .agg(lines=pl.len(), first_lines=pl.col("line_number").bottom_k(FIRST_LINES))
            .with_columns(pl.col("first_lines").list.sort())
        )
        order = [-pl.col("lines").cast(pl.Int64), pl.col("first_lines").list.first(), *map(pl.col, kinds)]
        return counted.sort(order).collect(engine="streaming")

    def _shown(self, severity: str) -> pl.DataFrame:
        shown = self.findings.filter(pl.col("severity") == severity).head(SHOWN).collect(engine="streaming")
        return shown.sort("row_number", maintain_order=True)


@dataclass(frozen=True)
class CheckedDelivery:
    """Files that were checked together, in their order, none of them refused."""

    files: tuple[CheckedFile, ...]

    @property
    def tables(self) -> dict[str, pl.LazyFrame]:
        """The accepted rows by canonical table, in alphabetical order, over all files in theirs."""
        names = sorted({name for file in self.files for name in file.tables})
        return {
            name: pl.concat([file.tables[name] for file in self.files if name in file.tables])
            for name in names
        }

    @property
    def findings(self) -> pl.LazyFrame:
        """All findings, file by file."""
        return pl.concat([PLACED.to_frame().lazy(), *(file.findings for file in self.files)])

    @property
    def persons(self) -> int:
        """The number of different persons among the accepted rows."""
        return count_persons(self.files)


def count_persons(files: Sequence[CheckedFile]) -> int:
    """The number of different persons among the accepted rows of all tables that are about persons."""
    tables = [
        table.select("bsn")
        for file in files
        for name, table in file.tables.items()
        if canonical_table(name).is_personal
    ]
    if not tables:
        return 0
    return int(pl.concat(tables).select(pl.col("bsn").n_unique()).collect(engine="streaming").item())
