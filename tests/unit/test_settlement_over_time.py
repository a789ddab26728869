"""Provisional and final, late quality by plan, and the years of a term one after the other."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from pipeline.contract.versions import together
from pipeline.errors import FiguresError
from pipeline.reporting.statement import plain_words
from pipeline.settlement import Figure, Figures, settle, settle_term
from tests.settlement_world import contract_from, plain_figures, raw_contract

GOALS = {"complication_ratio": 0.8, "eq5d_change": 0.25}


def saved(euros: int, indicators: dict[str, float] = GOALS) -> Figures:
    return plain_figures(
        target_cents=10**9,
        actual_cents=10**9 - euros * 100,
        insured_months=120_000,
        indicators=indicators,
    )


def no_growth(terms: dict[str, Any], **more: bool) -> Any:
    return contract_from(raw_contract({"trend.growth": 0, **terms}, **more))


def test_an_unknown_indicator_is_refused_unless_the_contract_settles_provisionally() -> None:
    known = {"complication_ratio": 0.8}
    with pytest.raises(FiguresError, match=r"'eq5d_change' of 2025 was not measured.*clause 6\.1") as caught:
        settle(no_growth({}), 2025, saved(300_000, known))
    assert "quality.while_unknown" in caught.value.remedy


def test_a_provisional_settlement_says_so_and_a_final_one_does_not() -> None:
    contract = no_growth({"quality.while_unknown": "floor", "provisional.advance": Decimal("0.8")})
    provisional = settle(contract, 2025, saved(300_000, {"complication_ratio": 0.8}))
    assert provisional.is_provisional
    assert provisional.unknown == ("eq5d_change",)
    assert provisional.notes == ("quality_unknown:eq5d_change",)
    assert provisional.payable_cents == 9_000_000
    assert "Voorlopig: deze indicator is nog niet bekend" in plain_words(provisional)
    paid = int(provisional.line("advance").amount)
    assert paid == 7_200_000

    figures = saved(300_000)
    values = {**figures.values, ("paid_provisionally_cents", 2025): Figure(paid, "cents")}
    final = settle(contract, 2025, dataclasses.replace(figures, values=values))
    assert not final.is_provisional
    assert final.notes == ()
    assert paid + final.line("balance").amount == final.payable_cents == 15_000_000


def test_what_a_late_indicator_adds_is_planned_and_no_correction() -> None:
    indicators = (
        {
            "id": "complication_ratio",
            "name": "Complications",
            "weight": Decimal("0.6"),
            "floor": Decimal("1.1"),
            "goal": Decimal("0.8"),
            "direction": "lower_is_better",
        },
        {
            "id": "mortality_365",
            "name": "Mortality after a year",
            "weight": Decimal("0.4"),
            "floor": Decimal("1.2"),
            "goal": Decimal("0.9"),
            "direction": "lower_is_better",
            "late": True,
        },
    )
    contract = no_growth({"quality.indicators": indicators})
    first = settle(contract, 2025, saved(300_000))
    assert first.notes == ("late_quality:mortality_365",)
    assert not first.is_provisional
    assert int(first.line("late_tranche", "mortality_365").amount) == 6_000_000

    later = settle(contract, 2025, saved(300_000, {**GOALS, "mortality_365": 0.9}))
    assert later.payable_cents - first.payable_cents == 6_000_000
    assert not later.has("late_tranche")
    assert not later.is_provisional


def of_year(figures: Figures, year: int) -> Figures:
    """The figures of 2025 as those of another year; the baseline years stay."""
    values = {(name, year if of == 2025 else of): figure for (name, of), figure in figures.values.items()}
    return dataclasses.replace(figures, year=year, values=values)


def test_what_one_year_carries_over_the_next_takes_in() -> None:
    terms = {"carry_over.unshared_loss": 1, "quality.minimum_score": Decimal("0.4")}
    contract = no_growth(terms, bonus_only=True)
    years = {2025: saved(-300_000), 2026: of_year(saved(500_000), 2026), 2027: of_year(saved(500_000), 2027)}

    statements = settle_term(together([contract]), years)

    assert [statements[year].payable_cents for year in years] == [0, 10_000_000, 25_000_000]
    forward = [int(statements[year].line("loss_carried_forward").amount) for year in years]
    assert forward == [30_000_000, 0, 0]


def test_what_a_year_that_is_not_settled_left_is_not_known() -> None:
    term = together([no_growth({"carry_over.unshared_loss": 1}, bonus_only=True)])
    years = {2025: saved(-300_000), 2027: of_year(saved(500_000), 2027)}
    with pytest.raises(FiguresError, match=r"no 'carried_loss_cents' of 2027.*not known"):
        settle_term(term, years)

    told = {**years[2027].values, ("carried_loss_cents", 2027): Figure(10_000_000, "cents")}
    statements = settle_term(term, {**years, 2027: dataclasses.replace(years[2027], values=told)})
    assert statements[2027].payable_cents == (50_000_000 - 10_000_000) // 2


def test_each_year_of_a_term_is_settled_on_the_version_in_force() -> None:
    first = raw_contract({"trend.growth": 0, "carry_over.unshared_loss": 1}, bonus_only=True)
    second = raw_contract(
        {"trend.growth": 0, "carry_over.unshared_loss": 1, "sharing.gain_rate": Decimal("0.4")},
        bonus_only=True,
    )
    begin = dt.date(2026, 1, 1)
    second["contract"] |= {"version": 2, "supersedes_from": begin, "because": "A lower part was agreed."}
    years = {2025: saved(-300_000), 2026: of_year(saved(500_000), 2026)}

    statements = settle_term(together([contract_from(first), contract_from(second)]), years)

    assert [statement.contract.contract.version for statement in statements.values()] == [1, 2]
    assert statements[2026].payable_cents == (50_000_000 - 30_000_000) * 4 // 10


def test_a_path_asks_a_little_more_each_year() -> None:
    raw = raw_contract({"trend.growth": 0, "target.path": Decimal(1)})
    start = next(iter(raw["target"]["path"]["values"]))
    raw["target"]["path"]["values"] |= {
        start.replace(year=2026): Decimal("0.99"),
        start.replace(year=2027): Decimal("0.98"),
    }
    contract = contract_from(raw)
    years = {year: of_year(saved(0), year) for year in contract.years}
    targets = [
        statement.line("target").amount for statement in settle_term(together([contract]), years).values()
    ]
    assert targets == [10**9, 99 * 10**7, 98 * 10**7]
