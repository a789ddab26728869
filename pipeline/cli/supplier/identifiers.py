"""Whom a supplier knows: the numbers in its planned files, or in a list that it gives.

They are not delivered with anything: they are what an objection hides among, and what a rotation asks for.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from pipeline.canonical import canonical_table
from pipeline.cli.supplier.judging import judge_bsn
from pipeline.cli.supplier.planning import SupplierHome
from pipeline.errors import FileRefusedError
from pipeline.intake.between.placed import collected
from pipeline.intake.check import FileToCheck, check_delivery
from pipeline.intake.files.workspace import Workspace

NUMBERS = "normalised"


def numbers_of_plan(home: SupplierHome, *, allow_test_numbers: bool) -> pl.Series:
    """The normalised numbers of all persons in the accepted rows of the planned files, each once.

    Raises:
        FileRefusedError: when a planned file is gone or cannot be used: its persons would be left behind.
    """
    found = [_none(), *_of_plan(home, allow_test_numbers=allow_test_numbers)]
    return pl.concat(found).unique().sort()


def numbers_in(path: Path, *, allow_test_numbers: bool) -> pl.Series:
    """The normalised numbers in a file that has one on each line, each once; empty lines are passed over.

    Raises:
        FileRefusedError: when it cannot be read, or a line is no BSN; it tells the line and why, never the number.
    """
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        raise FileRefusedError(
            "The list of numbers cannot be read as lines of digits",
            where=str(path),
            remedy="Give a text file with one BSN on each line, and nothing else.",
        ) from None
    written = pl.DataFrame(
        {"text": [line.strip() for line in lines]}, schema={"text": pl.String}
    ).with_row_index("line", offset=1)
    given = written.filter(pl.col("text") != "")
    judged = judge_bsn(allow_test_numbers=allow_test_numbers)(given["text"]).with_columns(given["line"])
    wrong = judged.filter(pl.col("reason").is_not_null())
    if wrong.height:
        raise FileRefusedError(
            f"{wrong.height} lines hold no BSN; the first: {wrong['reason'][0]}",
            where=f"{path.name}, line {wrong['line'][0]}",
            remedy="Mend the list; nothing was sealed.",
        )
    return judged[NUMBERS].unique().sort()


def _of_plan(home: SupplierHome, *, allow_test_numbers: bool) -> Iterator[pl.Series]:
    """By delivery and table, the persons whose rows were, or would be, delivered."""
    for planned in home.planned:
        with Workspace(home.root / "work") as workspace:
            checked = check_delivery(
                [FileToCheck(file.path, file.mapping) for file in planned.files],
                judge_bsn=judge_bsn(allow_test_numbers=allow_test_numbers),
                workspace=workspace,
                period=planned.period,
                delivered_on=planned.delivered_on,
                layout_folders=home.layout_folders,
                allow_test_messages=allow_test_numbers,
            )
            for name, table in checked.tables.items():
                if canonical_table(name).is_personal:
                    yield collected(table.select("bsn").unique()).to_series()


def _none() -> pl.Series:
    return pl.Series("bsn", [], dtype=pl.String)
