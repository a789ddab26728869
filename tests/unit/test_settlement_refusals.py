"""Figures and contracts that allow no settlement: one message with contract, clause and cure."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from pipeline.contract import Contract
from pipeline.contract.consistency import contradictions
from pipeline.errors import ContractValueError, FiguresError
from pipeline.settlement import Figure, Figures, settle
from pipeline.settlement.figures import UNITS
from tests.settlement_world import contract_from, plain_figures, raw_contract

GOOD = plain_figures(
    target_cents=10**9,
    actual_cents=97 * 10**7,
    insured_months=120_000,
    indicators={"complication_ratio": 0.8, "eq5d_change": 0.25},
)


def with_figures(**values: float) -> Figures:
    more = {(name, 2025): Figure(value, UNITS[name]) for name, value in values.items()}
    return dataclasses.replace(GOOD, values={**GOOD.values, **more})


def refusal(terms: dict[str, Any], figures: Figures, clause: str) -> str:
    with pytest.raises(FiguresError) as caught:
        settle(contract_from(raw_contract(terms)), 2025, figures)
    assert "contract maasoever" in caught.value.where
    assert f"(clause {clause}" in caught.value.where
    assert caught.value.remedy
    return str(caught.value)


@pytest.mark.parametrize(
    ("terms", "figure", "clause"),
    [
        ({"adjustments.price": 1}, "price_effect_cents", "x.price"),
        ({"adjustments.care_moved_out": 1}, "moved_out_actual_cents", "x.care_moved_out"),
        ({"limits.cap_of_revenue": 1}, "revenue_cents", "7.6"),
        ({"sharing.sized_by": "persons"}, "persons", "7.1"),
        ({"termination.gain": "forfeited"}, "left_within_year", "x.gain"),
        ({"target.method": "stated"}, "target_cents", "x.method"),
        ({"trend.method": "national"}, "national_index", "5.2"),
        ({"baseline.kept_savings": 1}, "earned_cents", "x.kept_savings"),
    ],
)
def test_a_missing_figure_names_the_clause_that_asks_for_it(
    terms: dict[str, Any], figure: str, clause: str
) -> None:
    assert f"There is no '{figure}' of 20" in refusal(terms, GOOD, clause)


def test_no_insured_years_and_no_target() -> None:
    assert "'insured_months' of 2025 is 0" in refusal({}, with_figures(insured_months=0), "2.1")
    stated = refusal({"target.method": "stated"}, with_figures(target_cents=0), "x.method")
    assert "no target above zero" in stated


def test_a_negative_agreed_adjustment_can_leave_no_target() -> None:
    terms = {"adjustments.amounts": ({"id": "all", "name": "All of it", "amount": -100_000_000},)}
    assert "no target above zero" in refusal(terms, GOOD, "x.amounts")


def test_nobody_contributed_to_the_saving() -> None:
    terms = {
        "trend.growth": 0,
        "division.method": "by_contribution",
        "division.members": ("06990001", "06990002"),
    }
    lost = {(f"member_saving_cents:{code}", 2025): Figure(-1, "cents") for code in ("06990001", "06990002")}
    figures = dataclasses.replace(GOOD, values={**GOOD.values, **lost})
    assert "No member has a 'member_saving_cents'" in refusal(terms, figures, "x.method")


@pytest.mark.parametrize("kind", ["unshared_loss", "gain_above_cap"])
def test_what_earlier_years_left_open_must_be_known_in_later_years(kind: str) -> None:
    contract = contract_from(raw_contract({"target.method": "stated", f"carry_over.{kind}": 1}))
    figures = {(name, 2026): figure for (name, year), figure in GOOD.values.items() if year == 2025}
    figures[("target_cents", 2026)] = Figure(10**9, "cents")
    later = dataclasses.replace(GOOD, year=2026, values=figures)
    with pytest.raises(FiguresError, match=r"what the years before it left.*clause x\.") as caught:
        settle(contract, 2026, later)
    assert "stands on the statement of 2025" in caught.value.remedy


def test_a_contract_that_is_not_in_force() -> None:
    contract = contract_from(raw_contract({}))
    for year in (2024, 2028):
        with pytest.raises(ContractValueError, match=f"{year} is outside the term of contract 'maasoever'"):
            settle(contract, year, dataclasses.replace(GOOD, year=year))


UNFIT = [
    (
        {"division.method": "fixed", "division.shares": {"06990001": 0.6, "06990002": 0.5}},
        "shares sum to 1.1",
    ),
    ({"division.method": "fixed"}, "no shares are agreed"),
    ({"division.method": "by_volume"}, "not among whom"),
    (
        {
            "division.method": "by_volume",
            "division.members": ("06990001", "06990002"),
            "division.member_cap": 0.4,
        },
        "goes to nobody",
    ),
    (
        {
            "division.method": "by_volume",
            "division.members": ("06990001", "06990002"),
            "division.beyond_cap": "cap_gives_way",
        },
        "but no cap",
    ),
    ({"fee.amount": 1, "fee.key": {"payer": 0.4, "consortium": 0.5}}, "fee's key sum to 0.9"),
    ({"trend.method": "blend"}, "of what is not agreed"),
    ({"trend.method": "blend", "trend.blend": {"agreed": 0.4, "national": 0.5}}, "blend sum to 0.9"),
    ({"target.method": "agreed"}, "no amount is there"),
    ({"target.method": "stated", "target.path": 0.98}, "a path of 0.98 would be without effect"),
    ({"unit.counted_in": "total", "baseline.strata": ("a", "b")}, "a total has no strata to mix"),
    ({"baseline": None}, "section 'baseline' is not there"),
    ({"case_mix.cells": None}, "'case_mix.cells' is not agreed"),
    ({"quality.minimum_score": None}, "exactly one of the two"),
    ({"quality.share_by": "brackets"}, "but there are none"),
    ({"sharing.minimum_savings": None}, "by exactly one of the two"),
    ({"loss.rate": 0.3}, "either fixed or the mirror"),
    ({"loss.rate_floor": None}, "either fixed or the mirror"),
    ({"limits.collar_of_revenue": 0.1, "limits.collar": None}, "no collar that bounds it"),
    ({"loss": None, "limits.collar": None, "limits.collar_of_revenue": 0.1}, "but no malus"),
    (
        {"access.requirements": ({"id": "a", "name": "A", "indicator": "a"},), "access.if_missed": "no_gain"},
        "a bound",
    ),
    ({"baseline.strata": ("a", "a")}, "'a' stands there twice"),
    ({"sharing.minimum_savings": ({"from": 0, "rate": 0.05, "to": 0.02},)}, "slopes from nowhere"),
    ({"sharing.minimum_savings": ({"from": 0, "rate": 0.05, "to": 0.02, "at": 0},)}, "ends at 0, outside it"),
]


@pytest.mark.parametrize(("terms", "says"), UNFIT)
def test_numbers_of_a_contract_that_do_not_fit(terms: dict[str, Any], says: str) -> None:
    contract = Contract.model_validate(exactly(raw_contract(terms)))
    found = [what for _, what, _ in contradictions(contract)]
    assert any(says in what for what in found), found


def test_a_path_that_asks_nothing_of_a_stated_target_may_stand() -> None:
    terms = {"target.method": "stated", "target.path": 1}
    assert list(contradictions(Contract.model_validate(raw_contract(terms)))) == []


def exactly(raw: Any) -> Any:
    """Fractions as a contract file is read: decimals."""
    from decimal import Decimal

    if isinstance(raw, dict):
        return {key: exactly(value) for key, value in raw.items()}
    if isinstance(raw, tuple):
        return tuple(exactly(item) for item in raw)
    return Decimal(repr(raw)) if isinstance(raw, float) else raw
