"""The cases a lawyer can read: what is paid at every threshold, and the target computed by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pipeline.settlement import settle
from tests.settlement_world import contract_from, exact_yaml, figures_of, plain_figures, raw_contract

CASES = Path(__file__).resolve().parents[1] / "cases"
SHARING = exact_yaml((CASES / "settlement.yaml").read_text(encoding="utf-8"))
TARGETS = exact_yaml((CASES / "target.yaml").read_text(encoding="utf-8"))


def cents(euros: Decimal | int) -> int:
    return int(Fraction(euros) * 100)


@pytest.mark.parametrize("case", SHARING["cases"], ids=lambda case: case["case"])
def test_what_is_paid(case: dict[str, Any]) -> None:
    bonus_only, no_quality = case.get("bonus_only", False), case.get("no_quality", False)
    absent = ("loss.", "limits.collar") if bonus_only else ()
    absent += ("quality.",) if no_quality else ()
    terms = {**SHARING["terms"], **case.get("terms", {})}
    terms = {key: value for key, value in terms.items() if not key.startswith(absent)}
    contract = contract_from(raw_contract(terms, bonus_only=bonus_only, no_quality=no_quality))
    figures = plain_figures(
        target_cents=cents(case.get("target", 10_000_000)),
        actual_cents=cents(case["actual"]),
        insured_months=case.get("insured_months", 120_000),
        indicators={
            "complication_ratio": float(case.get("complication_ratio", Decimal("0.80"))),
            "eq5d_change": float(case.get("eq5d_change", Decimal("0.25"))),
        },
    )

    statement = settle(contract, 2025, figures)

    assert (statement.reason, statement.payable_cents) == (case["reason"], cents(case["paid"]))
    assert statement.savings_cents == cents(10_000_000) - cents(case["actual"])


@pytest.mark.parametrize("case", TARGETS["cases"], ids=lambda case: case["case"])
def test_the_target_per_insured_year(case: dict[str, Any]) -> None:
    contract = contract_from(raw_contract(case["terms"]))
    level, group = case.get("level", {}), case.get("group", {})
    by_year = {
        year: {
            "insured_months": 120_000,
            "actual_cents": cents(case["cost"].get(year, 1_000)) * 10_000,
            "expected_cents": cents(level.get(year, 1_000)) * 10_000,
            "comparison_observed_cents": cents(group[year][0] if group else 1),
            "comparison_expected_cents": cents(group[year][1] if group else 1),
        }
        for year in (2022, 2023, 2024, 2025)
    }

    statement = settle(contract, 2025, figures_of(by_year, {"complication_ratio": 0.8, "eq5d_change": 0.25}))

    assert statement.line("target_per_insured_year").amount == Fraction(case["target"]) * 100
