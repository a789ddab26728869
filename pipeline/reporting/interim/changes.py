"""What changed between two reports of one contract, figure by figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.reporting.document import difference

Key = tuple[int, str, str]
"""Contract year, code and subject of a figure."""


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every figure that is in one report and not, or otherwise, in the other; in the order of `after`.

    `before`, `after` and `difference` are null where a report has no such figure, or hides it.
    """
    old, new = dict(_figures(before)), dict(_figures(after))
    return [
        {
            "year": key[0],
            "code": key[1],
            "subject": key[2],
            "unit": (new.get(key) or old[key])["unit"],
            "before": _value(old.get(key)),
            "after": _value(new.get(key)),
            "difference": difference(_value(old.get(key)), _value(new.get(key))),
        }
        for key in (*new, *(key for key in old if key not in new))
        if _value(old.get(key)) != _value(new.get(key))
    ]


def _figures(report: Mapping[str, Any]) -> Iterator[tuple[Key, Mapping[str, Any]]]:
    for year in report["years"]:
        for figure in year["figures"]:
            yield (year["year"], figure["code"], figure["subject"]), figure


def _value(figure: Mapping[str, Any] | None) -> Any:
    return None if figure is None else figure["value"]
