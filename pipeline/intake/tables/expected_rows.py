"""Has a table as many rows as its supplier expects? A message counts itself; a table cut short may look whole."""

from __future__ import annotations

from pipeline.errors import SettingsError, TrailerMismatchError
from pipeline.intake.staging import FileFacts

ROW = "row"
"""What the reader of tables counts."""


def require_rows(facts: FileFacts, expected: int | None, name: str) -> None:
    """Hold the rows of a table, the rejected ones too, against the number that is `expected`; None is any.

    Raises:
        TrailerMismatchError: when it has another number of rows.
        SettingsError: when it is a message, whose closing record says how many records it has.
    """
    if expected is None:
        return
    if ROW not in facts.records:
        raise SettingsError(
            "A number of rows is expected of a message",
            where=name,
            remedy="Leave it out: the message's own closing record says what it holds.",
        )
    if facts.records[ROW] != expected:
        raise TrailerMismatchError(
            f"The table has {facts.records[ROW]:,} rows, and {expected:,} are expected",
            where=name,
            remedy="Export it again, whole; or correct the number that is expected (`--rows`, `rows` in the plan).",
        )
