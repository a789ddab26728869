"""What a region holds, file by file: kept as `region.json`, the last file to be written."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from pipeline.demo.files import RegionFile
from pipeline.errors import SettingsError

SUMMARY_FILE = "region.json"


@dataclass(frozen=True)
class RegionSummary:
    """A whole region: how it was made, and its files in the order they were written."""

    insured: int
    seed: int
    parameters_digest: str
    files: tuple[RegionFile, ...]

    @property
    def suppliers(self) -> tuple[str, ...]:
        """The suppliers that have files, in order."""
        return tuple(dict.fromkeys(file.supplier for file in self.files))

    def of(self, supplier: str, year: int | None = None) -> tuple[RegionFile, ...]:
        """One supplier's files, of one year or of all."""
        return tuple(file for file in self.files if file.supplier == supplier and year in (None, file.year))

    def totals(self) -> dict[str, tuple[int, int]]:
        """Rows and cents by canonical table, over all suppliers."""
        tables = dict.fromkeys(file.table for file in self.files)
        return {
            table: (
                sum(file.rows for file in self.files if file.table == table),
                sum(file.cents for file in self.files if file.table == table),
            )
            for table in tables
        }

    def to_json(self) -> str:
        """The summary as text; the same region gives the same bytes."""
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"


def read_summary(folder: Path) -> RegionSummary | None:
    """The summary of the region in `folder`; None when there is no whole region.

    Raises:
        SettingsError: when the summary cannot be read, or a file it names is gone.
    """
    path = folder / SUMMARY_FILE
    if not path.is_file():
        return None
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        files = tuple(RegionFile(**file) for file in raw.pop("files"))
        summary = RegionSummary(**raw, files=files)
    except (ValueError, TypeError, KeyError) as error:
        raise SettingsError(
            f"{SUMMARY_FILE} is no summary of a region ({type(error).__name__})",
            where=str(folder),
            remedy="Remove the folder and make the region again.",
        ) from error
    for file in files:
        if not (folder / file.path).is_file():
            raise SettingsError(
                f"The region lacks its file {file.path}",
                where=str(folder),
                remedy=f"Put it back, or remove {SUMMARY_FILE} and make the region again.",
            )
    return summary
