"""What a return message says of each record: the return codes of our findings, and the findings in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pipeline.intake.columns.code_lists import code_list
from pipeline.intake.rules.findings import REJECTED

CODE_FIELDS = ("return_code_01", "return_code_02", "return_code_03")


@dataclass(frozen=True)
class Notes:
    """By line of the declaration.

    `codes` has line_number and `CODE_FIELDS`, text, null where there is none. `comments` has line_number, place (from
    1) and comment_text, one row per finding.
    """

    codes: pl.DataFrame = field(repr=False)
    comments: pl.DataFrame = field(repr=False)

    @classmethod
    def of(cls, findings: pl.LazyFrame, folders: Sequence[Path] = ()) -> Notes:
        """The notes of these findings (line_number, field, rule, reason, severity); folders may hold code lists.

        Each line has a code once, in the order in which the findings come; warnings have none.
        """
        found = findings.select("line_number", "field", "rule", "reason", "severity").collect()
        coded = _with_codes(found.unique(maintain_order=True), folders)
        rejecting = coded.filter((pl.col("severity") == REJECTED) & pl.col("return_code").is_not_null())
        codes = (
            rejecting.unique(["line_number", "return_code"], keep="first", maintain_order=True)
            .group_by("line_number", maintain_order=True)
            .agg(
                pl.col("return_code").get(place, null_on_oob=True).alias(name)
                for place, name in enumerate(CODE_FIELDS)
            )
        )
        comments = coded.select(
            "line_number",
            place=pl.int_range(1, pl.len() + 1).over("line_number"),
            comment_text=pl.format("{}: {}", "field", "reason"),
        )
        return cls(codes, comments)


def _with_codes(findings: pl.DataFrame, folders: Sequence[Path]) -> pl.DataFrame:
    """The findings with return_code, by rule and field, else by rule, else by field; null where no line fits."""
    known = code_list("codes_of_findings", *folders).rows
    coded, found = findings, []
    for keys in (["rule", "field"], ["rule"], ["field"]):
        other = [name for name in ("rule", "field") if name not in keys]
        lines = known.filter(
            pl.all_horizontal(pl.col(keys).is_not_null(), pl.col(other).is_null() if other else True)
        )
        name = "_".join(["code_by", *keys])
        lines = lines.select(*keys, pl.col("return_code").fill_null("").alias(name))
        coded = coded.join(lines, on=keys, how="left", validate="m:1", maintain_order="left")
        found.append(name)
    code = pl.coalesce(found)
    return coded.select(*findings.columns, return_code=pl.when(code != "").then(code))
