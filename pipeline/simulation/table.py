"""The table of person years that a simulation starts from: read, and held to what it must be.

It has a row for each person, year and side: `person`, `year`, `sex_code`, `age_years`, `insured_months`, `cost_cents`
(in the domain, before truncation), and where there is a comparison group `group_code`.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pipeline.errors import FiguresError

CONTRACTED, COMPARISON = "contracted", "comparison"
COLUMNS = {
    "person": pl.String,
    "year": pl.Int64,
    "sex_code": pl.String,
    "age_years": pl.Int64,
    "insured_months": pl.Int64,
    "cost_cents": pl.Int64,
}
"""What a table must have, and as what it is read."""


SEPARATORS = (",", ";", "\t", "|")
"""What may stand between the columns of a CSV file: a comma, or what a spreadsheet in Dutch writes."""

SEXES = {"F": "F", "M": "M", "V": "F"}


def read_people(path: Path) -> pl.DataFrame:
    """A table of person years in a file: CSV with a header, or Parquet.

    Raises:
        FiguresError: when it cannot be read.
    """
    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        return pl.read_csv(path, separator=_separator(path), infer_schema=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise FiguresError(
            "The table of persons cannot be read",
            where=path.name,
            remedy="Give a CSV file with a header, or a Parquet file.",
        ) from error


def _separator(path: Path) -> str:
    """What stands between the columns: the sign of those that the header has most of."""
    with path.open(encoding="utf-8", errors="replace") as file:
        header = file.readline()
    return max(SEPARATORS, key=header.count)


def typed(table: pl.DataFrame, where: str) -> pl.DataFrame:
    """The columns that count, each of its type, with `group_code`; `where` names the table in messages.

    No message shows what stands in a cell, as another column may stand there than its header says.

    Raises:
        FiguresError: when columns are missing, or a row cannot be what it says.
    """
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise FiguresError(
            f"The table of persons has no column '{missing[0]}'",
            where=where,
            remedy=f"It needs: {', '.join(COLUMNS)}; and group_code where there is a comparison group. Its first"
            " line names them.",
        )
    _refuse_no_number(table, where)
    frame = table.with_columns(pl.col(name).cast(kind) for name, kind in COLUMNS.items())
    group = pl.col("group_code") if "group_code" in frame.columns else pl.lit(CONTRACTED)
    frame = frame.select(*COLUMNS, group_code=group)
    _refuse_odd_rows(frame, where)
    _refuse_other_groups(frame, where)
    return frame.with_columns(pl.col("sex_code").replace_strict(SEXES))


def _refuse_no_number(table: pl.DataFrame, where: str) -> None:
    for name, kind in COLUMNS.items():
        if kind == pl.String:
            continue
        held = table[name]
        bad = held.is_not_null() & held.cast(kind, strict=False).is_null()
        if held.dtype.is_float():
            bad |= held != held.round()
        _refuse(
            bad,
            "The table of persons has a value that is no whole number",
            f"{where}, column {name}",
            f"Write {name} as a whole number, without a point or a comma.",
        )


def _refuse_odd_rows(frame: pl.DataFrame, where: str) -> None:
    for name in frame.columns:
        _refuse(
            frame[name].is_null(),
            "The table of persons has an empty cell",
            f"{where}, column {name}",
            "Fill it, or take the row out.",
        )
    _refuse(
        ~frame["sex_code"].is_in(list(SEXES)),
        "The table of persons has a sex_code that is neither F nor M",
        where,
        "Write F or V for a woman, M for a man; of who is neither, the case mix knows no cost: leave them out.",
    )
    _refuse(
        ~frame["insured_months"].is_between(1, 12),
        "The table of persons has rows without insured months, or with more than 12",
        where,
        "Leave out years in which somebody was not insured; a whole year has 12.",
    )
    _refuse(
        frame.select("person", "year", "group_code").is_duplicated(),
        "The table of persons has rows that stand for one person and year more than once",
        where,
        "Add up each person's year into one row.",
    )


def _refuse(bad: pl.Series, what: str, where: str, remedy: str) -> None:
    """Refuse a table for the first of its bad rows, and say how many there are."""
    rows = bad.arg_true()
    if rows.len():
        table, _, column = where.partition(", ")
        place = ", ".join(part for part in (table, f"row {rows[0] + 1:,} under the header", column) if part)
        more = f" ({rows.len():,} such rows)" if rows.len() > 1 else ""
        raise FiguresError(f"{what}{more}", where=place, remedy=remedy)


def _refuse_other_groups(frame: pl.DataFrame, where: str) -> None:
    other = sorted(set(frame["group_code"].unique().to_list()) - {CONTRACTED, COMPARISON})
    if other:
        raise FiguresError(
            f"The table of persons has the group '{other[0]}'",
            where=where,
            remedy=f"Write '{CONTRACTED}' or '{COMPARISON}' as group_code, and leave others out.",
        )
