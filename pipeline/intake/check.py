"""A delivery's files from end to end: read, judged, taken to canonical rows, with every row and cent counted.

A file that cannot be what it says is refused as a whole, by an error; all others end as accepted rows and rejected
ones, each of those with its reason, and with warnings. Rows lie on disk in a private folder while they are worked on.

    each file      read in blocks, and each row judged by itself (`judged_file`)
    all files      returns are merged with the declarations that they answer (`returns`); then what two rows cannot
                   both say is judged (`between_rows`)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline.intake import reading
from pipeline.intake.answered import about, by_table, merged_with_answers, said_of_answers
from pipeline.intake.answers.returns import is_return
from pipeline.intake.between.between_rows import judge_between
from pipeline.intake.checked_file import REJECTED_AMOUNTS, CheckedDelivery, CheckedFile
from pipeline.intake.delivery_rows import FileRows, together
from pipeline.intake.files.packed_file import Limits
from pipeline.intake.files.source_file import DEFAULT_LIMITS, SourceFile
from pipeline.intake.files.workspace import Workspace
from pipeline.intake.judged_file import JudgedFile, judge_file
from pipeline.intake.kept_back import REFERENCES
from pipeline.intake.rules.period_rules import Window
from pipeline.intake.rules.row_rules import JudgeBsn
from pipeline.intake.tables.expected_rows import require_rows

__all__ = ["CheckedDelivery", "CheckedFile", "FileToCheck", "check_delivery", "check_file"]


@dataclass(frozen=True)
class FileToCheck:
    """A file, the mapping that reads it when it is a table, and how many rows that table should have, if known."""

    path: Path
    mapping: Path | None = None
    rows: int | None = None


def check_file(
    path: Path,
    *,
    judge_bsn: JudgeBsn,
    period: str | None = None,
    delivered_on: dt.date | None = None,
    mapping: Path | None = None,
    layout_folders: Sequence[Path] = (),
) -> CheckedFile:
    """Check one file as a delivery of its own: see `check_delivery`. Its workspace is there until the process ends."""
    checked = check_delivery(
        [FileToCheck(path, mapping)],
        judge_bsn=judge_bsn,
        workspace=Workspace.temporary(),
        period=period,
        delivered_on=delivered_on,
        layout_folders=layout_folders,
    )
    return checked.files[0]


def check_delivery(
    files: Iterable[FileToCheck],
    *,
    judge_bsn: JudgeBsn,
    workspace: Workspace,
    period: str | None = None,
    delivered_on: dt.date | None = None,
    layout_folders: Sequence[Path] = (),
    limits: Limits = DEFAULT_LIMITS,
    allow_test_messages: bool = False,
) -> CheckedDelivery:
    """Check files that are delivered together: tables through a mapping, messages of a standard with a layout.

    Args:
        files: in the order of the delivery; of two rows with one key the later is rejected.
        judge_bsn: gets the different numbers as text and returns `normalised` and `reason` (null when good) for each.
        workspace: where rows and findings lie; what is returned is of use until it is closed.
        period: the calendar year that the delivery is about ('2025'); rows of later years are rejected.
        delivered_on: rows from after that day are rejected.
        layout_folders: may hold layouts and code lists besides those of the software.
        limits: what an archive may unpack to.
        allow_test_messages: takes declarations that are marked as a test (`message_kind`).

    Raises:
        FileRefusedError: when a file is refused as a whole; its classes say why.
        LayoutError: when a mapping or a layout cannot be used.
        SettingsError: when the period is no calendar year.
        ReconciliationError: when rows or cents do not close: a fault of ours.
    """
    window = Window.of(period, delivered_on)
    judged: list[JudgedFile] = []
    for number, file in enumerate(files):
        folder = workspace.folder(f"file-{number}")
        source = SourceFile.at(file.path, workspace=folder, limits=limits)
        blocks = reading.read(
            source, file.mapping, window.year, *layout_folders, allow_tests=allow_test_messages
        )
        judged.append(judge_file(source, blocks, judge_bsn, window, folder))
        require_rows(judged[-1].facts, file.rows, source.name)
    rows = [FileRows.of(number, file, name) for number, file in enumerate(judged) for name in file.tables]
    rows, found = merged_with_answers(rows, judged, layout_folders)
    between = judge_between({name: together(same) for name, same in by_table(rows).items()}, window.year)
    rows = [one.without(about(one, between)) for one in rows]
    findings = pl.concat([found, between])
    return CheckedDelivery(
        tuple(
            _checked(number, file, rows, findings, workspace, is_return(file.facts.standard, layout_folders))
            for number, file in enumerate(judged)
        )
    )


def _checked(
    number: int,
    file: JudgedFile,
    rows: Sequence[FileRows],
    later: pl.DataFrame,
    workspace: Workspace,
    is_of_answers: bool,
) -> CheckedFile:
    mine = {one.judged.table.name: one for one in rows if one.number == number}
    place = (
        pl.lit(number, pl.UInt32()).alias("file_number"),
        pl.lit(file.name).alias("file"),
    )
    earlier = [
        one.judged.findings.scan().select(*place, pl.lit(name).alias("table"), pl.all())
        for name, one in mine.items()
    ]
    return CheckedFile(
        name=file.name,
        sha256=file.sha256,
        standard=file.facts.standard,
        version=file.facts.version,
        records=file.facts.records,
        trailer_cents=file.facts.trailer_cents,
        warnings=file.facts.warnings,
        is_answer=bool(mine) and all(one.judged.is_answer for one in mine.values()),
        notes=(*file.facts.notes, *(said_of_answers(mine.values()) if is_of_answers else ())),
        names=file.facts.names,
        accounts={name: one.account.require_closed(f"{file.name}, {name}") for name, one in mine.items()},
        periods={name: one.judged.period for name, one in mine.items()},
        tables={name: one.canonical() for name, one in mine.items()},
        findings=pl.concat([*earlier, later.filter(pl.col("file_number") == number).lazy()]),
        amounts=pl.concat(
            [
                REJECTED_AMOUNTS.to_frame().lazy(),
                *(
                    one.judged.amounts.scan().select(place[0], pl.lit(name).alias("table"), pl.all())
                    for name, one in mine.items()
                ),
            ]
        ),
        kept_back=pl.concat(
            [REFERENCES.to_frame().lazy(), *(one.judged.kept_back.scan() for one in mine.values())]
        ),
        workspace=workspace,
    )
