"""Where the nights' summaries lie: written whole, and only when they differ.

reports/nights/<date>/summary.txt, .json, .html
reports/checks/index.html, reports/checks/<delivery>/index.html      the gate's checks, see `checks_pages`
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.deliveries import Register
from pipeline.errors import NoDataError
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pipeline.reporting.files import alone_in, write_whole
from pipeline.reporting.night.checks_pages import checks_pages
from pipeline.reporting.night.page import night_page
from pipeline.reporting.night.summary import NightSummary
from pipeline.reporting.night.text import night_text


@dataclass(frozen=True)
class NightFiles:
    """The files of one night's summary."""

    text: Path
    json: Path
    html: Path

    @classmethod
    def of(cls, home: OcmoHome, business_date: dt.date) -> NightFiles:
        """Where the summary of a business date lies, or will lie."""
        folder = nights_folder(home) / business_date.isoformat()
        return cls(folder / "summary.txt", folder / "summary.json", folder / "summary.html")


def nights_folder(home: OcmoHome) -> Path:
    """One folder for each business date."""
    return home.reports / "nights"


def checks_folder(home: OcmoHome) -> Path:
    """The pages of the gate's checks."""
    return home.reports / "checks"


def before(home: OcmoHome, business_date: dt.date) -> dict[str, Any] | None:
    """The summary of the nearest earlier business date that has one, as JSON; None when there is none."""
    folders = sorted(nights_folder(home).glob("[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"))
    earlier = [folder / "summary.json" for folder in folders if folder.name < business_date.isoformat()]
    found = next((path for path in reversed(earlier) if path.is_file()), None)
    return json.loads(found.read_text(encoding="utf-8")) if found else None


def write_night(home: OcmoHome, summary: NightSummary) -> NightFiles:
    """Write a summary, and the pages of the checks on every delivery that the gate has judged by now.

    Equal content leaves every file as it is.
    """
    register = Register(open_lake(home).catalogue.engine)
    judged = [row for row in register.all() if row.checks is not None]
    files = NightFiles.of(home, dt.date.fromisoformat(summary.business_date))
    content = {
        files.text: night_text(summary),
        files.json: json.dumps(summary.as_json(), indent=1, sort_keys=True, ensure_ascii=False) + "\n",
        files.html: night_page(summary),
    }
    with alone_in(nights_folder(home)):
        _write({**content, **checks_pages(checks_folder(home), judged)})
    return files


def read_text(home: OcmoHome, business_date: dt.date) -> str:
    """The text of a night's summary.

    Raises:
        NoDataError: when that night has not run.
    """
    return _read(NightFiles.of(home, business_date).text, business_date)


def read_json(home: OcmoHome, business_date: dt.date) -> str:
    """A night's summary as JSON text. Raises as `read_text` does."""
    return _read(NightFiles.of(home, business_date).json, business_date)


def _read(path: Path, business_date: dt.date) -> str:
    if not path.is_file():
        raise NoDataError(
            f"The night of {business_date} has no summary",
            remedy=f"Run that night: `ocmo night run --date {business_date}`, or the DAG `nightly`.",
        )
    return path.read_text(encoding="utf-8")


def _write(content: Mapping[Path, str]) -> None:
    for path, text in content.items():
        new = text.encode()
        if not path.is_file() or path.read_bytes() != new:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, new)
