"""Which of a supplier's planned files a defect is made in."""

from __future__ import annotations

from pipeline.demo.plan import Plan, PlannedFile
from pipeline.errors import SettingsError

HOSPITAL_MESSAGE = "zh308-"
"""How the names of hospital claims messages begin; then come the hospital's code and the time."""


def files_of(plan: Plan, supplier: str, period: int, table: str) -> list[PlannedFile]:
    """A supplier's different files of one table over one period.

    Raises:
        SettingsError: when there is none.
    """
    found = [file for file in plan.files(supplier, period) if file.table == table]
    return _some(found, f"{table} of {supplier} over {period}")


def hospital_messages(plan: Plan, supplier: str, period: int) -> list[PlannedFile]:
    """A supplier's hospital claims messages of one period.

    Raises:
        SettingsError: when there is none.
    """
    claims = files_of(plan, supplier, period, "claim_line")
    found = [file for file in claims if file.name.startswith(HOSPITAL_MESSAGE)]
    return _some(found, f"hospital claims of {supplier} over {period}")


def largest(files: list[PlannedFile]) -> PlannedFile:
    """The file with the most rows, so that a share of them is more than one; of equals the first."""
    return max(files, key=lambda file: file.rows)


def last_with(rows: int, files: list[PlannedFile]) -> PlannedFile:
    """The last file with at least so many rows; where none has, the largest."""
    return next((file for file in reversed(files) if file.rows >= rows), largest(files))


def claims_tables(plan: Plan, supplier: str, period: int) -> list[PlannedFile]:
    """A supplier's claims that come as CSV, of one period.

    Raises:
        SettingsError: when there is none.
    """
    claims = files_of(plan, supplier, period, "claim_line")
    return _some([file for file in claims if file.mapping], f"claims as CSV of {supplier} over {period}")


def _some(found: list[PlannedFile], what: str) -> list[PlannedFile]:
    if not found:
        raise SettingsError(
            f"The region has no {what}, so the defect cannot be made there",
            where="defects.yaml",
            remedy="Switch the defect off, or name suppliers and periods that the region has.",
        )
    return found
