"""The accepted rows of a table of a file, as they stand after the other files of its delivery were looked at.

Nothing on disk is changed: rows that were rejected or merged away later are left out when the parts are read, and what
a return awards is put on the rows of its declaration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from pipeline.intake.accounts import TableAccount, merged_later, rejected_later
from pipeline.intake.judged_file import JudgedFile, JudgedTable
from pipeline.intake.rules.findings import first_rules

AWARDED = pl.Schema({"row_number": pl.UInt32(), "awarded_cents": pl.Int64(), "return_code": pl.String()})
NO_ROWS = pl.Series("row_number", dtype=pl.UInt32())


@dataclass(frozen=True)
class FileRows:
    """The rows of one table of one file: those accepted one by one, without `gone`, with what was `awarded`.

    `gone` are row numbers; `awarded` has the schema AWARDED. `account` is that of the rows as they stand.
    """

    number: int
    file: JudgedFile = field(repr=False)
    judged: JudgedTable = field(repr=False)
    account: TableAccount
    gone: pl.Series = field(repr=False)
    awarded: pl.DataFrame = field(repr=False)

    @classmethod
    def of(cls, number: int, file: JudgedFile, name: str) -> FileRows:
        """As they were judged one by one; `number` is the file's place in the delivery, from 0."""
        judged = file.tables[name]
        return cls(number, file, judged, judged.account, NO_ROWS, AWARDED.to_frame())

    def scan(self) -> pl.LazyFrame:
        """file_number, file, standard, record_code, row_number, and all columns of the parts, in their order."""
        rows = self.judged.accepted.scan()
        if len(self.gone):
            rows = rows.filter(~pl.col("row_number").is_in(self.gone.implode()))
        if self.awarded.height:
            rows = _with_awarded(rows, self.awarded)
        return rows.select(
            pl.lit(self.number, pl.UInt32()).alias("file_number"),
            pl.lit(self.file.name).alias("file"),
            pl.lit(self.file.facts.standard).alias("standard"),
            pl.all(),
        )

    def canonical(self) -> pl.LazyFrame:
        """The columns that are sealed: the canonical ones, and of persons `bsn`."""
        table = self.judged.table
        return self.scan().select(*table.polars_schema, *(["bsn"] if table.is_personal else []))

    def with_answers(self, awarded: pl.DataFrame, merged: pl.Series) -> FileRows:
        """With amounts awarded by returns, and without rows (numbers) of returns, which are merged away."""
        money = self.judged.table.money_column or "declared_cents"
        going = self.scan().filter(pl.col("row_number").is_in(merged.implode()))
        added = going.select(pl.col(money).cast(pl.Int128).sum())
        cents = added.collect(engine="streaming").item() if len(merged) else 0
        return replace(
            self,
            account=self.account + merged_later(len(merged), cents),
            gone=pl.concat([self.gone, merged]),
            awarded=awarded.select(AWARDED.names()),
        )

    def without(self, findings: pl.DataFrame) -> FileRows:
        """Without the rows that these findings reject."""
        rejected = first_rules(findings)
        if rejected.is_empty():
            return self
        account = self.account
        for part in self.judged.accepted.frames():
            going = part.join(rejected, on="row_number", how="semi", maintain_order="left")
            account += rejected_later(self.judged.table, going, findings)
            self.judged.keep_of_rejected(going)
        return replace(self, account=account, gone=pl.concat([self.gone, rejected["row_number"]]))


def together(rows: Sequence[FileRows]) -> pl.LazyFrame:
    """The rows of one table over several files, in the order of the files."""
    return pl.concat([one.scan() for one in rows])


def _with_awarded(rows: pl.LazyFrame, awarded: pl.DataFrame) -> pl.LazyFrame:
    names = awarded.columns[1:]
    answered = rows.join(
        awarded.lazy(), on="row_number", how="left", suffix="_answered", maintain_order="left"
    )
    decided = [pl.coalesce(f"{name}_answered", name).alias(name) for name in names]
    return answered.with_columns(decided).drop(f"{name}_answered" for name in names)
