"""Credits wait until the message has ended: one that takes back a debit of the same message is no good (VC102).

The debit may stand before its credit or after it. Of the debits only a number of 64 bits is kept for each reference,
of the credits their rows: in memory while they are few, else in the workspace of the file. That two references
have the same number happens in one of ten million files of a million lines.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from pipeline.intake.gds.conditions import Rule
from pipeline.intake.rules.findings import Check, together, violations
from pipeline.intake.staging import StagedTable

HELD_ROWS = 100_000
REFERENCE = "corrected_reference_hash"


@dataclass
class Credits:
    """The credits of one message, and the references of its debits."""

    rule: Rule
    workspace: Path
    debits: list[pl.Series] = field(default_factory=list)
    held: list[StagedTable] = field(default_factory=list)
    parked: list[tuple[StagedTable, tuple[Path, Path]]] = field(default_factory=list)
    rows: int = 0

    def add_debits(self, references: pl.Series) -> None:
        """The references of debits of the message."""
        self.debits.append(references.drop_nulls().hash())

    def hold(self, credits: StagedTable, corrected: pl.Series) -> None:
        """Keep credits back, with the references of what they take back, row by row."""
        rows = credits.rows.with_columns(
            pl.when(corrected.is_not_null()).then(corrected.hash()).alias(REFERENCE)
        )
        self.rows += rows.height
        if self.rows <= HELD_ROWS:
            self.held.append(replace(credits, rows=rows))
            return
        files = self._written(rows), self._written(credits.findings)
        self.parked.append((replace(credits, rows=rows.clear(), findings=credits.findings.clear()), files))

    def released(self) -> Iterator[StagedTable]:
        """All credits, now that all debits are known."""
        known = pl.concat(self.debits).unique() if self.debits else pl.Series([], dtype=pl.UInt64)
        check = Check(
            self.rule.field, self.rule.rule, self.rule.reason, pl.col(REFERENCE).is_in(known.implode())
        )
        for block in self.held:
            yield _judged(block, check)
        for block, files in self.parked:
            rows, findings = (pl.read_parquet(path) for path in files)
            for path in files:
                path.unlink()
            yield _judged(replace(block, rows=rows, findings=findings), check)

    def _written(self, frame: pl.DataFrame) -> Path:
        with tempfile.NamedTemporaryFile(dir=self.workspace, suffix=".parquet", delete=False) as file:
            frame.write_parquet(file, compression="zstd", compression_level=1)
        return Path(file.name)


def _judged(block: StagedTable, check: Check) -> StagedTable:
    broken = violations(block.rows, [check], record_code=block.record_code)
    return replace(block, rows=block.rows.drop(REFERENCE), findings=together([block.findings, broken]))
