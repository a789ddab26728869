"""Which tables hold rows about persons, and that each of their rows can be found when its person asks for it.

An objection and a rotation look for pseudonyms (`rewriting.labelled_files`). A reference to an operation or a claim is
the same in every delivery, and its supplier knows whose it is. So a row with one is about a person, whether or not
what is made of the table needs to know which.
"""

from __future__ import annotations

from functools import cache

from pipeline.canonical import canonical_tables
from pipeline.errors import ReconciliationError
from pipeline.lake.catalogue import TableFile
from pipeline.lake.store import PSEUDONYM_COLUMN, Lake


@cache
def references() -> frozenset[str]:
    """The columns that name one record of one person: keys of canonical tables about persons that are pseudonyms."""
    return frozenset(
        column.name
        for table in canonical_tables().values()
        if table.is_personal
        for column in table.columns
        if column.name in table.key and column.privacy == "pseudonym"
    )


def require_findable(lake: Lake, file: TableFile) -> None:
    """See that a table whose rows are of persons has their pseudonyms, and says of which contract and epoch they are.

    Raises:
        ReconciliationError: when it does not: who objects could not be taken out of it.
    """
    columns = set(lake.columns(file))
    if PSEUDONYM_COLUMN not in columns and (named := sorted(columns & references())):
        raise ReconciliationError(
            f"A table has rows of persons and no pseudonym, by {', '.join(named)}",
            where=file.table,
            remedy=f"Let its statement carry `{PSEUDONYM_COLUMN}`, so that an objection finds the row.",
        )
    if PSEUDONYM_COLUMN in columns and not lake.label(file):
        raise ReconciliationError(
            "A table has pseudonyms and no label",
            where=file.table,
            remedy="Give its step the label of its inputs, so that an objection and a rotation find it.",
        )
