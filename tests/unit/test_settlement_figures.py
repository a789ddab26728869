"""Figures that do not allow a settlement are refused, saying which, of which year, and what to run."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
import pytest

from pipeline.contract import load
from pipeline.errors import ContractValueError, FiguresError
from pipeline.settlement import Figure, Figures, settle
from pipeline.settlement.exact import exact
from tests.settlement_world import EXAMPLE, plain_figures

CONTRACT = load(EXAMPLE)
GOOD = plain_figures(
    target_cents=10**9,
    actual_cents=98 * 10**7,
    insured_months=120_000,
    indicators={"complication_ratio": 0.8, "eq5d_change": 0.25},
)


def changed(name: str, year: int, value: float, unit: str | None = None) -> Figures:
    old = GOOD.values[name, year]
    return dataclasses.replace(GOOD, values={**GOOD.values, (name, year): Figure(value, unit or old.unit)})


def refusal(figures: Figures) -> str:
    with pytest.raises(FiguresError) as caught:
        settle(CONTRACT, 2025, figures)
    assert caught.value.remedy
    return str(caught.value)


@pytest.mark.parametrize("key", sorted(key for key in GOOD.values if not key[0].startswith("comparison")))
def test_every_missing_figure_is_named(key: tuple[str, int]) -> None:
    needed = key[1] == 2025 or key[0] not in ("truncated_cents", "insured_months_without_cell")
    without = dataclasses.replace(GOOD, values={k: v for k, v in GOOD.values.items() if k != key})
    if needed:
        assert f"There is no '{key[0]}' of {key[1]}" in refusal(without)
        assert "Run the nightly pipeline" in refusal(without)
    else:
        assert settle(CONTRACT, 2025, without).lines == settle(CONTRACT, 2025, GOOD).lines


def test_a_missing_indicator_is_named() -> None:
    only = {"eq5d_change": GOOD.indicators["eq5d_change"]}
    assert "'complication_ratio' of 2025 was not measured" in refusal(
        dataclasses.replace(GOOD, indicators=only)
    )


@pytest.mark.parametrize("year", [2022, 2025])
@pytest.mark.parametrize("name", ["insured_months", "expected_cents"])
def test_nothing_to_divide_by(name: str, year: int) -> None:
    assert f"'{name}' of {year} is 0" in refusal(changed(name, year, 0))


def test_numbers_that_are_none_or_negative_or_in_another_unit() -> None:
    assert "no finite number" in refusal(changed("expected_cents", 2025, float("nan")))
    assert "no finite number" in refusal(changed("expected_cents", 2025, float("inf")))
    assert "is negative" in refusal(changed("truncated_cents", 2025, -1))
    assert "stated in euros, not in cents" in refusal(changed("actual_cents", 2025, 1, "euros"))


def test_a_negative_target() -> None:
    figures = GOOD
    for year in (2022, 2023, 2024):
        figures = dataclasses.replace(
            figures, values={**figures.values, ("actual_cents", year): Figure(-5, "cents")}
        )
    assert "no target above zero" in refusal(figures)


def test_another_year_or_contract() -> None:
    with pytest.raises(FiguresError, match="for 2025, not of maasoever for 2026"):
        settle(CONTRACT, 2026, GOOD)
    with pytest.raises(FiguresError, match="contract elsewhere"):
        settle(CONTRACT, 2025, dataclasses.replace(GOOD, contract_id="elsewhere"))
    with pytest.raises(ContractValueError, match="outside the term"):
        settle(CONTRACT, 2030, dataclasses.replace(GOOD, year=2030))


def test_numbers_are_taken_at_their_shortest_notation() -> None:
    assert exact(0.1) == Fraction(1, 10)
    assert exact(np.float64(0.1)) == Fraction(1, 10)
    assert exact(np.int64(3)) == 3
