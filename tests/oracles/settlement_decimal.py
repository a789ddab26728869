"""A second settlement, written differently on purpose: one plain function over a contract's raw data.

It knows nothing of the engine's models, lines or order of evaluation. It works in `Decimal` with two
hundred digits, multiplies before it divides, and rounds with `quantize`. Slow, and readable top to bottom.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any, NamedTuple

from pipeline.settlement import Figures


class Paid(NamedTuple):
    """What the second settlement comes to."""

    payable_cents: int
    insurer_share_cents: int
    reason: str


def in_force(raw: Mapping[str, Any], key: str, year: int) -> Any:
    """The value with the latest effective date on 1 January of a year."""
    section, name = key.split(".")
    values = raw[section][name]["values"]
    return values[sorted(day for day in values if day <= dt.date(year, 1, 1))[-1]]


def settle_plainly(raw: Mapping[str, Any], year: int, figures: Figures) -> Paid:
    """What is paid under a contract's raw data, given figures."""
    with localcontext() as context:
        context.prec = 200
        return _settle(raw, year, figures)


def _settle(raw: Mapping[str, Any], year: int, figures: Figures) -> Paid:
    def term(key: str) -> Any:
        return in_force(raw, key, year)

    def fig(name: str, of: int) -> Decimal:
        return Decimal(str(figures.values[name, of].value))

    months = fig("insured_months", year)
    goal = Decimal(0)
    for then, weight in term("baseline.weights").items():
        if term("trend.method") == "agreed":
            up = Decimal(1)
            for into in range(year, then, -1):
                up = up * (1 + Decimal(in_force(raw, "trend.growth", into)))
            down = Decimal(1)
        else:
            up = fig("comparison_observed_cents", year) * fig("comparison_expected_cents", then)
            down = fig("comparison_expected_cents", year) * fig("comparison_observed_cents", then)
        # cost/months x (expected_t/months_t)/(expected/months) x months_t: both counts of months fall away
        above = Decimal(weight) * fig("actual_cents", then) * fig("expected_cents", year) * up
        goal += above / (fig("expected_cents", then) * down)

    score = Decimal(0 if "quality" in raw else 1)
    for item in term("quality.indicators") if "quality" in raw else ():
        measured, floor, best = (
            Decimal(str(value))
            for value in (figures.indicators[item["id"]].value, item["floor"], item["goal"])
        )
        better = measured > floor if best > floor else measured < floor
        reached = measured >= best if best > floor else measured <= best
        if reached:
            score += item["weight"]
        elif better:
            score += item["weight"] * abs(measured - floor) / abs(best - floor)

    result = goal - fig("actual_cents", year)
    paid, reason = _divide(raw, year, goal, result, score, months / 12)
    whole = result.quantize(Decimal(1), rounding=ROUND_HALF_UP)
    rounded = paid.quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return Paid(int(rounded), int(whole - rounded), reason)


def _divide(
    raw: Mapping[str, Any], year: int, goal: Decimal, result: Decimal, score: Decimal, people: Decimal
) -> tuple[Decimal, str]:
    def term(key: str) -> Any:
        return in_force(raw, key, year)

    def tier(key: str) -> Decimal:
        for bracket in term(key):
            if people >= bracket["from"] and ("below" not in bracket or people < bracket["below"]):
                return Decimal(bracket["rate"])
        raise AssertionError(f"no bracket of {key} holds {people}")

    nothing = Decimal(0)
    good_enough = "quality" not in raw or score >= term("quality.minimum_score")
    too_few = people < term("population.minimum_insured_years")
    above_only = term("sharing.starts_at") == "above_threshold"
    if too_few and term("population.below_minimum") == "nothing_shared":
        return nothing, "population_too_small"
    if result >= 0:
        least = goal * tier("sharing.minimum_savings")
        if result < least:
            return nothing, "below_threshold"
        if too_few:
            return nothing, "population_too_small"
        if not good_enough:
            return nothing, "quality_below_minimum"
        part = (result - least if above_only else result) * term("sharing.gain_rate") * score
        return min(part, goal * term("limits.cap")), "gain"
    if "loss" not in raw:
        return nothing, "bonus_only"
    least = goal * tier("loss.minimum_loss")
    if -result < least:
        return nothing, "below_threshold"
    rate = 1 - term("sharing.gain_rate") * (score if good_enough else 0)
    rate = sorted([term("loss.rate_floor"), rate, term("loss.rate_ceiling")])[1]
    part = (-result - least if above_only else -result) * rate
    return -min(part, goal * term("limits.collar")), "loss"
