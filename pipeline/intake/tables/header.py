"""Which column of a file a mapping means: by its name, whatever the case and the blanks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from pipeline.errors import FileRefusedError
from pipeline.intake.tables.opened import OpenTable


def normalised(name: str) -> str:
    """The name in lower case, without accents, blanks and signs as one underscore: 'Débet/credit' is debet_credit."""
    letters = unicodedata.normalize("NFKD", name)
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[\W_]+", "_", letters.casefold()).strip("_")


def places(wanted: Iterable[str], table: OpenTable, file: str) -> dict[str, int]:
    """By name in the mapping the place of its column: of the same name, else of the only one nearly the same.

    Raises:
        FileRefusedError: when one is missing, or the file has it twice.
    """
    found = {name: _candidates(name, table.columns) for name in wanted}
    where = f"{file}, line {table.header_row}" if table.header_row else file
    missing = [name for name, there in found.items() if not there]
    if missing:
        raise FileRefusedError(
            f"The header does not name the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}",
            where=where,
            remedy=table.elsewhere(found) or _unused(found, table),
        )
    twice = [name for name, there in found.items() if len(there) > 1]
    if twice:
        raise FileRefusedError(
            f"The header names more than one column {', '.join(twice)}",
            where=where,
            remedy="Give each column a name of its own.",
        )
    return {name: there[0] for name, there in found.items()}


def _unused(found: Mapping[str, Sequence[int]], table: OpenTable) -> str:
    """What to do about missing columns. The others are only named where the mapping knows the half of its columns.

    Else it may be no header at all, but somebody's data.
    """
    used = {place for there in found.values() for place in there}
    unused = [column for place, column in enumerate(table.columns) if column and place not in used]
    is_header = 2 * sum(bool(there) for there in found.values()) >= len(found)
    named = f"Columns that the mapping does not use: {', '.join(unused)}. " if is_header and unused else ""
    return (
        f"{named}Mend the mapping (`columns`, or `header_row`, `separator` and `sheet` in its `format`), or give the "
        "file with its header."
    )


def _candidates(name: str, columns: Sequence[str]) -> list[int]:
    same = [place for place, column in enumerate(columns) if column == name]
    return same or [place for place, column in enumerate(columns) if normalised(column) == normalised(name)]
