"""A file in figures: what it is, what it holds, and what became of its rows and cents. JSON-able."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import FileRefusedError
from pipeline.intake.checked_file import CheckedFile

REFUSED = "refused"


@dataclass(frozen=True)
class Refusal:
    """A file that was refused as a whole: nothing of it counts."""

    file: str
    what: str
    where: str
    remedy: str

    @classmethod
    def of(cls, path: Path, error: FileRefusedError) -> Refusal:
        """The refusal of the file at this path."""
        return cls(path.name, error.what, error.where, error.remedy)

    @property
    def outcome(self) -> str:
        """As of a file that was checked."""
        return REFUSED


def file_summary(file: CheckedFile | Refusal) -> dict[str, Any]:
    """Standard, version, outcome, counts, totals, warnings and notes; of a refused file why."""
    if isinstance(file, Refusal):
        return {
            "file": file.file,
            "outcome": REFUSED,
            "reason": file.what,
            "where": file.where,
            "remedy": file.remedy,
        }
    return {
        "file": file.name,
        "standard": file.standard,
        "version": file.version,
        "title": file.title,
        "outcome": file.outcome,
        "records": file.records,
        "persons": file.persons,
        "trailer_cents": file.trailer_cents,
        "decided": asdict(file.decided) if file.decided else None,
        "tables": {name: asdict(account) for name, account in file.accounts.items()},
        "rows_without_amount": file.rows_without_amount,
        "warnings": list(file.warnings),
        "notes": list(file.notes),
    }
