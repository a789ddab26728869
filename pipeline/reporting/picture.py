"""The pictures of a statement: bars as inline SVG, labels beside them as text.

Each picture is a row that stretches with the page, so that it reads on paper and on a phone alike. Places
are in per mille of the row's width; whole numbers, so that equal statements give equal bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from pipeline.contract.values import Indicator
from pipeline.settlement import IndicatorFigure, Statement
from pipeline.settlement.exact import Number, exact

WIDTH = 1000

Tone = Literal["baseline", "up", "down", "target", "actual", "consortium", "insurer", "loss"]


@dataclass(frozen=True)
class Bar:
    """A bar from `start` over `width`, in per mille of the row."""

    start: int
    width: int
    tone: Tone


@dataclass(frozen=True)
class Step:
    """One step of the way from baseline to actual: a level, or a change that floats between two levels."""

    code: str
    cents: Fraction
    is_change: bool
    bar: Bar


@dataclass(frozen=True)
class Gauge:
    """Where an indicator lies between floor (0) and goal (1000), with its interval; kept on the scale."""

    dot: int
    lower: int
    upper: int


def steps(statement: Statement) -> list[Step]:
    """From the weighted baseline, over case mix and growth, to the target, the saving and the actual cost.

    A target that rests on no baseline years of its own begins with the target.
    """
    target = statement.line("target").amount / statement.units
    actual = target - statement.line("savings").amount / statement.units
    levels = _before_the_target(statement, target)
    largest = max(*(level for _, level in levels), target, actual, Fraction(1))
    steps = [
        Step(code, level, False, _bar(Fraction(0), level, largest, "baseline"))
        if place == 0
        else Step(code, level - levels[place - 1][1], True, _change(levels[place - 1][1], level, largest))
        for place, (code, level) in enumerate(levels)
    ]
    return [
        *steps,
        Step("step_target", target, False, _bar(Fraction(0), target, largest, "target")),
        _difference(target, actual, largest),
        Step(_actual(statement), actual, False, _bar(Fraction(0), actual, largest, "actual")),
    ]


def _actual(statement: Statement) -> str:
    """What the saving is taken from: actual cost, or that and what care that moved out cost more than expected."""
    return "step_actual_and_moved_out" if statement.has("care_moved_out") else "step_actual"


def _before_the_target(statement: Statement, target: Fraction) -> list[tuple[str, Fraction]]:
    """The levels on the way to the target per unit: own baseline, at today's case mix, grown, and as agreed."""
    unit, terms = statement.unit, statement.contract.for_year(statement.year)
    if terms.baseline_weights is None or terms.baseline_strata or not statement.has("updated_baseline"):
        return []
    weights = {year: Fraction(weight) for year, weight in terms.baseline_weights.value.items()}
    cost = "rebased_cost" if statement.has("rebased_cost") else unit.cost
    own = {year: _of(statement, cost, year) for year in weights}
    ratio = {
        year: _of(statement, "case_mix_ratio", year) if statement.has("case_mix_ratio") else Fraction(1)
        for year in weights
    }
    grown = sum((w * _of(statement, "updated_baseline", y) for y, w in weights.items()), Fraction(0))
    levels = [
        ("step_own_baseline", sum((w * own[y] for y, w in weights.items()), Fraction(0))),
        ("step_case_mix", sum((w * own[y] * ratio[y] for y, w in weights.items()), Fraction(0))),
        ("step_trend", grown),
    ]
    return levels if grown == target else [*levels, ("step_agreed", target)]


def division(statement: Statement) -> tuple[int, int]:
    """The consortium's and the insurer's part of the saving or loss, in per mille of the whole."""
    whole = abs(statement.savings_cents)
    ours = round(Fraction(abs(statement.payable_cents) * WIDTH, whole)) if whole else 0
    return min(ours, WIDTH), WIDTH - min(ours, WIDTH)


def gauge(indicator: Indicator, figure: IndicatorFigure) -> Gauge:
    """The measured value and its interval on the way from floor to goal."""
    places = [_place(indicator, value) for value in (figure.value, figure.lower, figure.upper)]
    return Gauge(places[0], min(places[1:]), max(places[1:]))


def _place(indicator: Indicator, value: Number) -> int:
    floor, goal = Fraction(indicator.floor), Fraction(indicator.goal)
    return min(max(round((exact(value) - floor) / (goal - floor) * WIDTH), 0), WIDTH)


def _of(statement: Statement, rule: str, subject: object = None) -> Fraction:
    return statement.line(rule, subject).amount


def _difference(target: Fraction, actual: Fraction, largest: Fraction) -> Step:
    code = "step_saving" if actual <= target else "step_loss"
    bar = _change(target, actual, largest)
    return Step(
        code,
        actual - target,
        True,
        Bar(bar.start, bar.width, "consortium" if code == "step_saving" else "loss"),
    )


def _change(before: Fraction, after: Fraction, largest: Fraction) -> Bar:
    low, high = sorted((before, after))
    return _bar(low, high, largest, "up" if after >= before else "down")


def _bar(low: Fraction, high: Fraction, largest: Fraction, tone: Tone) -> Bar:
    start, end = (round(max(place, Fraction(0)) / largest * WIDTH) for place in (low, high))
    return Bar(start, max(end - start, 2), tone)
