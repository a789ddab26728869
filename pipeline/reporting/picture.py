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
from pipeline.settlement.figures import exact

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
    """From the weighted baseline, over case mix and growth, to the target, the saving and the actual cost."""
    terms = statement.contract.for_year(statement.year)
    weights = {year: Fraction(weight) for year, weight in terms.baseline_weights.value.items()}
    own = sum((w * _of(statement, "cost_per_insured_year", y) for y, w in weights.items()), Fraction(0))
    mixed = sum(
        (
            w * _of(statement, "cost_per_insured_year", y) * _of(statement, "case_mix_ratio", y)
            for y, w in weights.items()
        ),
        Fraction(0),
    )
    target = _of(statement, "target_per_insured_year")
    actual = _of(statement, "cost_per_insured_year", statement.year)
    largest = max(own, mixed, target, actual, Fraction(1))
    return [
        Step("step_own_baseline", own, False, _bar(Fraction(0), own, largest, "baseline")),
        Step("step_case_mix", mixed - own, True, _change(own, mixed, largest)),
        Step("step_trend", target - mixed, True, _change(mixed, target, largest)),
        Step("step_target", target, False, _bar(Fraction(0), target, largest, "target")),
        _difference(target, actual, largest),
        Step("step_actual", actual, False, _bar(Fraction(0), actual, largest, "actual")),
    ]


def division(statement: Statement) -> tuple[int, int]:
    """The consortium's and the insurer's part of the saving or loss, in per mille of the whole."""
    whole = abs(statement.savings_cents)
    ours = round(Fraction(abs(statement.payable_cents) * WIDTH, whole)) if whole else 0
    return min(ours, WIDTH), WIDTH - min(ours, WIDTH)


def gauge(indicator: Indicator, figure: IndicatorFigure) -> Gauge:
    """The measured value and its interval on the way from floor to goal."""
    places = [_place(indicator, value) for value in (figure.value, figure.lower, figure.upper)]
    return Gauge(places[0], min(places[1:]), max(places[1:]))


def _place(indicator: Indicator, value: float) -> int:
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
