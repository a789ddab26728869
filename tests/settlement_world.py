"""Contracts and figures for tests: the example contract with some terms changed, and simple figures."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import yaml

from pipeline.contract import Contract
from pipeline.contract.consistency import contradictions
from pipeline.contract.exact_yaml import ExactLoader
from pipeline.settlement import Figure, Figures, IndicatorFigure
from pipeline.settlement.figures import UNITS

EXAMPLE = Path(__file__).resolve().parents[1] / "contracts" / "maasoever.yaml"
START = yaml.load("2020-01-01", Loader=ExactLoader)  # before any year that the tests settle
RAW: dict[str, Any] = yaml.load(EXAMPLE.read_text(encoding="utf-8"), Loader=ExactLoader)


def exact_yaml(text: str) -> Any:
    """YAML as contracts are read: fractions as decimals, lists as tuples."""
    return yaml.load(text, Loader=ExactLoader)


def raw_contract(
    terms: Mapping[str, Any], *, bonus_only: bool = False, no_quality: bool = False
) -> dict[str, Any]:
    """The example contract's data, with terms such as `sharing.gain_rate` set for all years.

    A term that is None is left out, and so is a section that has none left; one that is not there is agreed anew.
    """
    raw = copy.deepcopy(RAW)
    for key, value in terms.items():
        section, _, name = key.partition(".")
        if value is None:
            raw.get(section, {}).pop(name, None)
            if not name or not raw.get(section):
                raw.pop(section, None)
        else:
            agreed = raw.setdefault(section, {}).setdefault(name, newly_agreed(section, name))
            agreed["values"] = {START: value}
    if bonus_only:
        del raw["loss"], raw["limits"]["collar"]
    if no_quality:
        del raw["quality"]
    return raw


def newly_agreed(section: str, name: str) -> dict[str, Any]:
    """A parameter that the example does not have, in the unit of the language."""
    annotation = Contract.model_fields[section].annotation
    model = next(part for part in (annotation, *get_args(annotation)) if hasattr(part, "unit_of"))
    return {"clause": f"x.{name}", "unit": model.unit_of(name), "says": f"Over {name}."}


def contract_from(raw: dict[str, Any]) -> Contract:
    """A contract from data; contradictions fail the test."""
    contract = Contract.model_validate(raw)
    found = list(contradictions(contract))
    assert found == []
    return contract


def figures_of(
    by_year: Mapping[int, Mapping[str, int | float]],
    indicators: Mapping[str, float],
    *,
    year: int = 2025,
    notes: tuple[str, ...] = (),
) -> Figures:
    """Figures of the example contract; what a year does not state is as if nothing were special.

    A year needs insured_months and actual_cents; expected cost is then 1,000 euros per insured year.
    """
    values: dict[tuple[str, int], Figure] = {}
    for y, stated in by_year.items():
        months = stated["insured_months"]
        complete = {
            "expected_cents": months * 100_000 // 12,
            "truncated_cents": 0,
            "insured_months_without_cell": 0,
            "comparison_observed_cents": 1_000_000,
            "comparison_expected_cents": 1_000_000,
            **stated,
        }
        values |= {(name, y): Figure(value, UNITS[name]) for name, value in complete.items()}
    measured = {
        code: IndicatorFigure(value, 1_000, value - 0.05, value + 0.05, "as measured")
        for code, value in indicators.items()
    }
    return Figures("maasoever", year, values, measured, {"mart_expected_cost": "ab" * 32}, notes)


def plain_figures(
    *, target_cents: int, actual_cents: int, insured_months: int, indicators: Mapping[str, float]
) -> Figures:
    """Figures that give exactly this target when no growth is agreed: every baseline year cost just that."""
    baseline = {"insured_months": insured_months, "actual_cents": target_cents}
    return figures_of(
        {
            2022: baseline,
            2023: baseline,
            2024: baseline,
            2025: {"insured_months": insured_months, "actual_cents": actual_cents},
        },
        indicators,
    )
