"""Pages of what the gate found: one for each delivery it has judged, and an index over all.

They are made of the register's verdicts, which hold counts only, so that no value of any row can get into
them; times and names are those of the delivery, so that equal verdicts give equal bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from pipeline.checks.definitions import outputs
from pipeline.checks.report import FAILED, PLAUSIBILITY
from pipeline.deliveries import Delivery
from pipeline.reporting.house import render

STATUSES = ("error", "failed", "passed", "not applicable")


def checks_pages(folder: Path, judged: Sequence[Delivery]) -> dict[Path, str]:
    """Every page by its path: `folder`/index.html and `folder`/<delivery>/index.html."""
    ordered = sorted(judged, key=lambda row: str(row.delivery_id))
    pages = {folder / str(row.delivery_id) / "index.html": _delivery_page(row) for row in ordered}
    rows = [{"delivery": row, "counts": _counts(row)} for row in ordered]
    index = render("night/checks_index.html", language="en", rows=rows, statuses=STATUSES)
    return {folder / "index.html": index, **pages}


def _delivery_page(row: Delivery) -> str:
    results = (row.checks or {})["results"]
    ordinary = [_shown(result) for result in results if result["type"] != PLAUSIBILITY]
    unlike = [_shown(result) for result in results if result["type"] == PLAUSIBILITY]
    return render(
        "night/checks.html",
        language="en",
        delivery=row,
        outcome=(row.checks or {})["outcome"],
        endangered=[(output, outputs()[output]) for output in (row.checks or {})["endangered"]],
        counts=_counts(row),
        failed=[result for result in [*ordinary, *unlike] if result["has_failed"]],
        tables=[_table(name, list(group)) for name, group in groupby(ordinary, key=lambda one: one["table"])],
        unlike=unlike,
    )


def _table(name: str, results: list[dict[str, Any]]) -> dict[str, Any]:
    """The results on one table; one that was not delivered is a line and no list."""
    applicable = any(result["status"] != "not applicable" for result in results)
    return {"name": name, "results": results, "was_judged": applicable}


def _shown(result: Mapping[str, Any]) -> dict[str, Any]:
    earlier = ", ".join(f"{_number(value)} ({name})" for name, value in result.get("earlier", {}).items())
    limits = ", ".join(f"{name} {_number(value)}" for name, value in result.get("limits", {}).items())
    value = result.get("value")
    return {
        **result,
        "has_failed": result["status"] in FAILED,
        "earlier": earlier,
        "limits": limits,
        "value": "" if value is None else _number(value),
    }


def _number(value: float) -> str:
    """A measure with as many decimals as it needs, at most three."""
    return f"{value:,.3f}".rstrip("0").rstrip(".")


def _counts(row: Delivery) -> dict[str, int]:
    results = (row.checks or {})["results"]
    return {status: sum(result["status"] == status for result in results) for status in STATUSES}
