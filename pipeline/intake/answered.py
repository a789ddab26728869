"""Answers of insurers among the files of a delivery: merged with the declarations they answer, or left over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import polars as pl

from pipeline.intake.answers.returns import is_return, merge_returns
from pipeline.intake.between.placed import finding
from pipeline.intake.checked_file import CLAIMS
from pipeline.intake.delivery_rows import FileRows, together
from pipeline.intake.judged_file import JudgedFile
from pipeline.intake.rules.findings import PLACED, REJECTED

ALONE = (
    "These are answers, and no declaration that they answer was given with them: their lines are taken as claims, with "
    "what is awarded. Give both in the same command, and each line counts once."
)


def merged_with_answers(
    rows: list[FileRows], judged: Sequence[JudgedFile], layout_folders: Sequence[Path]
) -> tuple[list[FileRows], pl.DataFrame]:
    """The rows after the returns among them were merged with their declarations, and the findings on returns."""
    claims = by_table(rows).get(CLAIMS)
    if claims is None or not any(is_return(file.facts.standard, layout_folders) for file in judged):
        return rows, PLACED.to_frame()
    refused = dict(
        sorted((file.facts.rejected_message for file in judged if file.facts.rejected_message), reverse=True)
    )
    merged = merge_returns(together(claims), layout_folders, refused)
    answered = [
        one.with_answers(about(one, merged.awarded), about(one, merged.merged)["row_number"])
        if one in claims
        else one
        for one in rows
    ]
    rejected = [
        one.without(about(one, merged.findings)) if one.judged.table.name == CLAIMS else one
        for one in answered
    ]
    orphans = [_without_declaration(one) for one in rejected if one.judged.is_answer]
    found = pl.concat([merged.findings, *orphans])
    return [one.without(about(one, pl.concat([PLACED.to_frame(), *orphans]))) for one in rejected], found


def _without_declaration(rows: FileRows) -> pl.DataFrame:
    """The answers that are left: what they answer is not in the delivery, and alone they are no claims."""
    return finding(
        rows.scan().collect(engine="streaming"),
        rows.judged.table.name,
        field="record_ref",
        rule="return_without_declaration",
        reason="the claim that this answers is not in the delivery, and the answer does not repeat it: give the "
        "declaration (GDS801) in the same command",
        severity=REJECTED,
    )


def by_table(rows: Sequence[FileRows]) -> dict[str, list[FileRows]]:
    """The rows by canonical table, in alphabetical order."""
    names = sorted({one.judged.table.name for one in rows})
    return {name: [one for one in rows if one.judged.table.name == name] for name in names}


def about(rows: FileRows, placed: pl.DataFrame) -> pl.DataFrame:
    """What is about these rows: their file, and their table where there is a column of it."""
    mine = placed.filter(pl.col("file_number") == rows.number)
    return mine.filter(pl.col("table") == rows.judged.table.name) if "table" in placed.columns else mine


def said_of_answers(rows: Iterable[FileRows]) -> Iterator[str]:
    """What to say of answers that repeat their claims, and of which none met its declaration."""
    taken = [one for one in rows if not one.judged.is_answer and one.account.rows_accepted]
    if taken and not any(one.account.rows_merged for one in taken):
        yield ALONE
