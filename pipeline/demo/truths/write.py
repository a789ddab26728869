"""Put the planted truths together with what they come to, and write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.demo.files import publish
from pipeline.demo.parameters import Region
from pipeline.demo.planted import Efficiency
from pipeline.demo.truths.effects_on_cost import Scope, cost_ratio, need_ratios, planting, scope_of
from pipeline.demo.truths.expectation import Expectation, expect
from pipeline.demo.truths.other_effects import chronic_shares, complication_ratio, shifted_products

TRUTHS_FILE = "truths.json"


def write_truths(
    folder: Path, region: Region, people: pl.DataFrame, operations: pl.DataFrame, **made: int
) -> None:
    """Write `truths.json` into `folder`.

    Args:
        folder: outside every role's home.
        region: the parameters.
        people: of `simulate_people`.
        operations: of `simulate_operations`, of the contract year.
        made: how the region was made: insured and seed.
    """
    found = {**made, "contract_year": region.years.contract, **truths(region, people, operations)}
    text = json.dumps(found, indent=1, sort_keys=True) + "\n"
    publish(folder / TRUTHS_FILE, lambda path: path.write_text(text, encoding="utf-8"))


def truths(region: Region, people: pl.DataFrame, operations: pl.DataFrame) -> dict[str, Any]:
    """Every truth with its parameters and what it comes to, and what all together do to cost."""
    expected = expect(region, people, region.years.contract)
    group = region.hospitals_of(region.planted.greater_need.group)
    consortium = scope_of(region, tuple(region.hospitals[index].supplier for index in group))
    efficiencies = {
        one.name: (one, scope_of(region, one.hospitals, one.insurer)) for one in region.planted.efficiency
    }
    listed = [
        *(_efficiency(expected, one, scope) for one, scope in efficiencies.values()),
        _greater_need(region, people, consortium),
        _entry(
            "quality",
            "The group's hospitals have so many times the complications of the others, at equal risk.",
            region.planted.complication_factor,
            "complication ratio: observed over expected at the comparison hospitals' rates by procedure and ASA",
            {"complication_ratio": complication_ratio(region, operations)},
        ),
        *_others(expected, consortium),
    ]
    whose = {"consortium": consortium, **{name: scope for name, (_, scope) in efficiencies.items()}}
    together = {name: _together(expected, scope) for name, scope in whose.items()}
    return {"truths": listed, "together": together}


def _together(expected: Expectation, scope: Scope) -> dict[str, Any]:
    region = expected.region
    return {
        "insurer": scope.insurer,
        "contracted": scope.contracted,
        "comparison": scope.comparison,
        "cost_ratio": _rounded(cost_ratio(expected, scope, region)),
        "cost_ratio_of_all_care": _rounded(cost_ratio(expected, scope, region, all_care=True)),
    }


_COST = "change of cost in the domain of hospital care, contracted over comparison, at equal case mix"


def _efficiency(expected: Expectation, one: Efficiency, scope: Scope) -> dict[str, Any]:
    alone = planting(expected.region, efficiency=(one,))
    return _entry(
        f"efficiency_{one.name}",
        "People around these hospitals use so many times the products, whoever treats them.",
        one.model_dump(),
        _COST,
        {"cost_ratio": cost_ratio(expected, scope, alone)},
    )


def _greater_need(region: Region, people: pl.DataFrame, scope: Scope) -> dict[str, Any]:
    by_year = {str(year): need_ratios(expect(region, people, year), scope) for year in region.years.all}
    return _entry(
        "greater_need",
        "The contracted population is older and has more chronic conditions.",
        region.planted.greater_need.model_dump(),
        "expected cost per insured year by sex and age, contracted over comparison; and observed over expected",
        by_year,
    )


def _others(expected: Expectation, scope: Scope) -> list[dict[str, Any]]:
    region = expected.region
    planted = region.planted
    rise, spillover = planted.price_rise, planted.care_hotel_spillover
    risen = cost_ratio(expected, scope, planting(region, price_rise=rise))
    fewer = cost_ratio(expected, scope, planting(region, care_hotel_spillover=spillover))
    admissions = spillover.admissions_factor
    return [
        _entry("price_rise", "The price of a group of products rises at the group's hospitals.",
               rise.model_dump(), "price of the group of products there over elsewhere; " + _COST,
               {"price_ratio": rise.factor, "cost_ratio": risen}),
        _entry("volume_shift", "A share of one hospital's products of a group goes to another.",
               planted.volume_shift.model_dump(), "products of the group by hospital, over what they would have been",
               {"products_ratio": shifted_products(expected)}),
        _entry("care_hotel_spillover", "In the group's areas fewer admissions and more stays in a care hotel.",
               spillover.model_dump(), "stays and admissions per insured year over what they would have been; " + _COST,
               {"stays_ratio": spillover.stays_factor, "admissions_ratio": admissions, "cost_ratio": fewer}),
        _entry("coding_drift", "The group's hospitals code chronic diagnoses of people without the condition.",
               planted.coding_drift.model_dump(), "share of products there that bear a chronic diagnosis",
               {"chronic_share": chronic_shares(expected)}),
    ]  # fmt: skip


def _entry(
    name: str, says: str, parameters: dict[str, Any], figure: str, expected: dict[str, Any]
) -> dict[str, Any]:
    return {
        "name": name,
        "says": says,
        "parameters": parameters,
        "figure": figure,
        "expected": _rounded(expected),
    }


def _rounded(value: Any) -> Any:
    """To ten decimals: what lies behind them depends on the order of adding up."""
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    return round(value, 10) if isinstance(value, float) else value
