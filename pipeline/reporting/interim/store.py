"""Interim reports that were issued: they never change, and what differs later is a correction beside them.

reports/interim/<contract>/<quarter>/<contract>-<quarter>.json, .html
reports/interim/<contract>/<quarter>/correction-01/<contract>-<quarter>-correction-01.json, .html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import SettingsError
from pipeline.reporting.files import add_folder
from pipeline.reporting.interim.quarter import Quarter

Document = dict[str, Any]


@dataclass(frozen=True)
class Issued:
    """A report that was issued; `correction` is 0 for the first of its quarter. `is_new`: by this very call."""

    json: Path
    html: Path
    document: Document
    correction: int
    is_new: bool = False


class IssuedReports:
    """The issued reports of one contract, under `root`."""

    def __init__(self, root: Path, contract_id: str) -> None:
        self.root, self.contract_id = root, contract_id

    def latest(self, quarter: Quarter) -> Issued | None:
        """What was issued last for a quarter: its last correction, else the report itself, if there is one.

        Raises:
            SettingsError: when a report cannot be read as what this program wrote.
        """
        found = None
        while self._folder(quarter, number := found.correction + 1 if found else 0).is_dir():
            found = self._read(quarter, number)
        return found

    def before(self, quarter: Quarter) -> Issued | None:
        """What was issued last for the nearest earlier quarter that has a report. Raises as `latest` does."""
        quarters = sorted(Quarter.of(folder.name) for folder in self.root.glob("20[0-9][0-9]Q[1-4]"))
        earlier = [each for each in quarters if each < quarter]
        return self.latest(earlier[-1]) if earlier else None

    def issue(
        self, quarter: Quarter, number: int, document: Document, page: Callable[[Document], str]
    ) -> Issued:
        """Issue a report (number 0) or a correction; `page` makes the HTML. Call it within `files.alone_in`."""
        text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        folder, name = self._folder(quarter, number), self._name(quarter, number)
        stored = json.loads(text)  # the page is made of what the file says
        add_folder(folder, {f"{name}.json": text.encode(), f"{name}.html": page(stored).encode()})
        return Issued(folder / f"{name}.json", folder / f"{name}.html", stored, number, is_new=True)

    def _folder(self, quarter: Quarter, number: int) -> Path:
        folder = self.root / str(quarter)
        return folder / f"correction-{number:02d}" if number else folder

    def _name(self, quarter: Quarter, number: int) -> str:
        return f"{self.contract_id}-{quarter}" + (f"-correction-{number:02d}" if number else "")

    def _read(self, quarter: Quarter, number: int) -> Issued:
        folder, name = self._folder(quarter, number), self._name(quarter, number)
        path = folder / f"{name}.json"
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SettingsError(
                "An issued interim report cannot be read",
                where=str(path),
                remedy="Put back what was issued, from a backup; the next report is compared with it.",
            ) from error
        return Issued(path, folder / f"{name}.html", document, number)
