"""What `ocmo supplier standards` shows: the messages that are read as they are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.intake.gds import layouts as xml_layouts
from pipeline.intake.messages import layouts


def known_standards(folders: Sequence[Path] = ()) -> list[dict[str, Any]]:
    """By standard and version its form, where its layout is from, and the standard that it answers (empty for claims).

    `folders` may hold layouts besides those of the software.
    """
    records = [
        {
            "standard": layout.standard,
            "version": layout.version,
            "form": "records",
            "answers": layout.answers.standard if layout.answers else "",
            "source": layout.source,
        }
        for layout in layouts.all_layouts(*folders)
    ]
    elements = [
        {
            "standard": layout.standard,
            "version": layout.version,
            "form": "XML",
            "answers": layout.answers,
            "source": layout.source,
        }
        for layout in xml_layouts.all_layouts(*folders)
    ]
    return sorted([*records, *elements], key=lambda one: (one["standard"], one["version"]))


def in_words(standard: dict[str, Any]) -> str:
    """A line: 'MZ302 1.3   records, answers MZ301   Vektis, ...'."""
    title = f"{standard['standard']} {standard['version']}"
    answers = f", answers {standard['answers']}" if standard["answers"] else ""
    return f"{title:<11} {standard['form'] + answers:<24} {standard['source']}"
