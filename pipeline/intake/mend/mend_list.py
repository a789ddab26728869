"""The list to mend of some files that were checked together, or of one that was refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from pipeline.intake.checked_file import REJECTED_AMOUNTS
from pipeline.intake.mend.delivery import DeliveryResult
from pipeline.intake.mend.rules import rule_text
from pipeline.intake.mend.summary import REFUSED
from pipeline.intake.rules.findings import PLACED
from pipeline.intake.rules.own_names import in_own_words
from pipeline.intake.tables.form import KINDS

ROW_COLUMNS = (
    "file",
    "line_number",
    "table",
    "row_number",
    "record_code",
    "own_name",
    "field",
    "rule",
    "severity",
    "reason",
)
"""What the list says of a finding, in this order."""


@dataclass(frozen=True)
class MendList:
    """The delivery and each of its files in figures, findings by rule, and all findings.

    `delivery` is of `DeliveryResult.summary`, `summaries` are of `file_summary`. `by_rule` has rule, severity, file,
    table, own_name, field, reason, means, do, the number of `rows`, and what of their `cents` can be read (null where
    there is no money, and of warnings: their rows are accepted), what rejects most rows before. A row that breaks two
    rules is under both. `findings` has file_number and `ROW_COLUMNS`, file by file. `own_name` is what the file calls
    the field.
    """

    delivery: dict[str, Any]
    summaries: tuple[dict[str, Any], ...]
    by_rule: pl.DataFrame = field(repr=False)
    findings: pl.LazyFrame = field(repr=False)

    @classmethod
    def of(cls, delivery: DeliveryResult) -> MendList:
        """The list of this delivery's files."""
        told = [_numbered(file.told, number) for number, file in enumerate(delivery.checked)]
        amounts = [_numbered(file.amounts, number) for number, file in enumerate(delivery.checked)]
        tables = [number for number, file in enumerate(delivery.checked) if file.standard in KINDS]
        findings = pl.concat([in_own_words(PLACED.to_frame().lazy(), {}), *told])
        return cls(
            delivery=delivery.summary(),
            summaries=delivery.file_summaries(),
            by_rule=_by_rule(findings, pl.concat([REJECTED_AMOUNTS.to_frame().lazy(), *amounts]), tables),
            findings=findings.select("file_number", *ROW_COLUMNS),
        )

    @property
    def is_empty(self) -> bool:
        """True when there is nothing to mend."""
        return self.by_rule.is_empty() and self.delivery["outcome"] != REFUSED


def _numbered(rows: pl.LazyFrame, number: int) -> pl.LazyFrame:
    """With the file's number in the list: files that were checked one by one all have the first."""
    return rows.with_columns(file_number=pl.lit(number, pl.UInt32()))


def _by_rule(findings: pl.LazyFrame, amounts: pl.LazyFrame, tables: Sequence[int]) -> pl.DataFrame:
    """What `by_rule` is; `tables` are the numbers of the files that are tables, whose mapping may be at fault."""
    kinds = ["rule", "severity", "file_number", "file", "table", "own_name", "field", "reason"]
    counted = (
        findings.select(*kinds, "row_number")
        .unique()
        .join(amounts, on=["file_number", "table", "row_number"], how="left")
        .group_by(kinds)
        .agg(
            rows=pl.len().cast(pl.Int64),
            cents=pl.when(pl.col("cents").count() > 0).then(pl.col("cents").cast(pl.Int128).sum()),
        )
        .collect(engine="streaming")
        .sort("severity", "rows", *kinds, descending=[False, True] + [False] * len(kinds))
    )
    texts = {rule: rule_text(rule) for rule in counted["rule"].unique()}
    known = list(texts)
    of_table = [texts[rule].do_in_table or texts[rule].do for rule in known]
    rule = pl.col("rule")
    return counted.with_columns(
        cents=pl.col("cents").cast(pl.Int64),
        means=rule.replace_strict(known, [texts[name].means for name in known], return_dtype=pl.String),
        do=pl.when(pl.col("file_number").is_in(tables))
        .then(rule.replace_strict(known, of_table, return_dtype=pl.String))
        .otherwise(rule.replace_strict(known, [texts[name].do for name in known], return_dtype=pl.String)),
    ).drop("file_number")
