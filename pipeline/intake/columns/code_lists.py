"""Code lists: what a code in a source stands for, where the source itself does not say.

One CSV file per list, with a header; lines that begin with '#' explain it. Those that come with the software
stand in `lists/`; a supplier's own folder may hold one of the same name, which is then read in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import polars as pl

from pipeline.errors import LayoutError

LISTS = Path(__file__).parents[1] / "lists"


@dataclass(frozen=True)
class CodeList:
    """A list as text: `rows` has the columns that its header names."""

    name: str
    rows: pl.DataFrame = field(repr=False)

    def find(self, keys: Mapping[str, str], give: str) -> pl.Expr:
        """The value of column `give`, as text, where `keys` (column of the list: column of the source) agree.

        Zeros before a code do not count: messages fill up with them. What the list does not hold is null.

        Raises:
            LayoutError: when the list has no such column, or a key twice.
        """
        missing = sorted({give, *keys} - set(self.rows.columns))
        if missing:
            raise LayoutError(f"The code list '{self.name}' has no column {', '.join(missing)}")
        known = self.rows.select(_key(keys.keys())).to_series()
        if known.is_duplicated().any():
            raise LayoutError(f"The code list '{self.name}' holds the same {', '.join(keys)} twice")
        return _key(keys.values()).replace_strict(
            known, self.rows[give], default=None, return_dtype=pl.String()
        )


@cache
def code_list(name: str, *folders: Path) -> CodeList:
    """The list of this name: the first that is found in `folders`, else the one of the software.

    Raises:
        LayoutError: when there is none, or it is no table.
    """
    for folder in (*folders, LISTS):
        path = folder / f"{name}.csv"
        if path.is_file():
            break
    else:
        raise LayoutError(
            f"There is no code list '{name}'", remedy=f"Put {name}.csv into the folder of layouts."
        )
    try:
        return CodeList(name, pl.read_csv(path, infer_schema=False, comment_prefix="#"))
    except pl.exceptions.PolarsError as error:
        raise LayoutError(f"The code list '{name}' is no table with columns separated by commas") from error


def _key(columns: Iterable[str]) -> pl.Expr:
    return pl.concat_str([pl.col(name).str.strip_chars_start("0") for name in columns], separator="|")
