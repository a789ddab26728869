"""The summary as one HTML page in the house style: what must be done first, then what came and changed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from pipeline.checks.definitions import outputs
from pipeline.reporting.house import render
from pipeline.reporting.night import words
from pipeline.reporting.night.summary import Books, ContractState, Endangered, NightSummary

CHECKS = "../../checks"
"""Where the pages of the checks lie, seen from a night's page."""


def night_page(summary: NightSummary) -> str:
    """The summary as HTML; equal summaries give equal bytes."""
    return render(
        "night/night.html",
        language="en",
        summary=summary,
        words=words,
        checks=CHECKS,
        totals=_totals(summary),
        contracts=[_contract(state) for state in summary.contracts],
        missing=_missing(summary),
        endangered=_endangered(summary.endangered),
        books=[_books(one) for one in summary.books],
    )


def _totals(summary: NightSummary) -> list[dict[str, str]]:
    """Deliveries, rows, and euros of claims and of payments by standing, for the table at the top."""
    standings = sorted({*summary.deliveries, *summary.rows}, key=lambda name: (name != "accepted", name))
    return [
        {
            "standing": standing,
            "deliveries": f"{summary.deliveries[standing]:,}" if standing in summary.deliveries else "",
            "rows": f"{summary.rows.get(standing, 0):,}",
            "claims": words.money(summary.claim_cents.get(standing, 0)),
            "payments": words.money(summary.payment_cents.get(standing, 0)),
        }
        for standing in standings
    ]


def _contract(state: ContractState) -> dict[str, Any]:
    changed = words.beside_figures(state)
    figures = [
        {
            "label": label,
            "value": words.figure(name, getattr(state, name)),
            "before": changed.get(name, ""),
        }
        for name, label in words.FIGURES.items()
        if getattr(state, name) is not None or name in changed
    ]
    return {"state": state, "figures": figures, "closing": words.closing(state)}


def _missing(summary: NightSummary) -> list[dict[str, Any]]:
    return [
        {"name": contract, "lines": list(group)}
        for contract, group in groupby(words.lacking(summary.missing), key=lambda one: one.contract)
    ]


def _endangered(entries: Sequence[Endangered]) -> list[dict[str, Any]]:
    says = outputs()
    return [
        {"output": output, "says": says[output], "checks": _checks(list(group))}
        for output, group in groupby(entries, key=lambda entry: entry.output)
    ]


def _checks(entries: Sequence[Endangered]) -> list[dict[str, Any]]:
    return [
        {"id": check, "says": says, "entries": list(group)}
        for (check, says), group in groupby(entries, key=lambda entry: (entry.check, entry.says))
    ]


def _books(one: Books) -> dict[str, Any]:
    causes = [
        {
            "label": words.CAUSES.get(code, code),
            "value": "unknown" if cents is None else words.money(cents),
            "is_left": code == "unexplained",
        }
        for code, cents in one.causes.items()
    ]
    return {"books": one, "causes": causes}
