"""Where assessments lie: reports/privacy/<contract>/<date>/assessment.txt, .json, .html; written whole."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from pipeline.home import OcmoHome
from pipeline.privacy import Assessment
from pipeline.reporting.files import alone_in, write_whole
from pipeline.reporting.privacy.document import document
from pipeline.reporting.privacy.page import privacy_page
from pipeline.reporting.privacy.text import text


@dataclass(frozen=True)
class PrivacyFiles:
    """The files of one assessment."""

    text: Path
    json: Path
    html: Path


def write_assessment(home: OcmoHome, assessment: Assessment) -> PrivacyFiles:
    """Write an assessment in its three forms; the same data and contract give the same bytes."""
    folder = home.reports / "privacy" / assessment.contract.id / assessment.business_date.isoformat()
    files = PrivacyFiles(*(folder / f"assessment.{kind}" for kind in ("txt", "json", "html")))
    as_json = json.dumps(document(assessment), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    with alone_in(folder):
        write_whole(files.text, text(assessment).encode())
        write_whole(files.json, as_json.encode())
        write_whole(files.html, privacy_page(assessment).encode())
    return files
