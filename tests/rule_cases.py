"""The cases of tests/cases/rules: their contracts, their figures and their statements.

A file there is about one rule or a few that belong together. Its `terms` hold for all its cases, which may change
some. Amounts are in euros. Unless a case says otherwise the target is stated to be EUR 10,000,000 for 10,000 insured
years, and all quality goals are met.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from pipeline.settlement import Figure, Figures, IndicatorFigure, Statement, settle
from pipeline.settlement.figures import UNITS
from tests.settlement_world import contract_from, exact_yaml, raw_contract

FOLDER = Path(__file__).resolve().parent / "cases" / "rules"
FILES = {path.stem: exact_yaml(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml"))}
PLAIN = {
    "target.method": "stated",
    "trend.growth": 0,
    "sharing.minimum_savings": ({"from": 0, "rate": Decimal("0.02")},),
    "loss.minimum_loss": ({"from": 0, "rate": Decimal("0.02")},),
}
FIGURES = {
    "insured_months": 120_000,
    "insured_months_without_cell": 0,
    "truncated": 0,
    "target": 10_000_000,
    "actual": 9_700_000,
}
MEASURED = {"complication_ratio": Decimal("0.80"), "eq5d_change": Decimal("0.25")}


def figures_of_case(whole: dict[str, Any], case: dict[str, Any]) -> Figures:
    """The figures of a case: those of the settlement year, or by year where a case states years."""
    values: dict[tuple[str, int], Figure] = {}
    stated = {**FIGURES, **whole.get("figures", {}), **case.get("figures", {})}
    for name, value in stated.items():
        for year, one in value.items() if isinstance(value, dict) else ((2025, value),):
            made = figure(name, one)
            values[made[0], year] = made[1]
    measured = {**MEASURED, **whole.get("measured", {}), **case.get("measured", {})}
    indicators = {
        code: IndicatorFigure(float(value), 1_000, float(value), float(value), "as measured")
        for code, value in measured.items()
        if value != "unknown"
    }
    return Figures("maasoever", 2025, values, indicators)


def figure(name: str, value: Any) -> tuple[str, Figure]:
    """A figure by its name in a case: amounts stand there in euros and without `_cents`."""
    kind, _, subject = name.partition(" ")
    full = kind if kind in UNITS else f"{kind}_cents"
    cents = UNITS[full] == "cents"
    named = f"{full}:{subject}" if subject else full
    return named, Figure(int(Fraction(value) * 100) if cents else Fraction(value), UNITS[full])


def statement_of(whole: dict[str, Any], case: dict[str, Any]) -> Statement:
    """The statement of a case."""
    terms = {**PLAIN, **whole.get("terms", {}), **case.get("terms", {})}
    return settle(contract_from(raw_contract(terms)), 2025, figures_of_case(whole, case))
