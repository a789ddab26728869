"""The pictures of a simulation: places in per mille of a row's width, whole numbers, so that equal ones look equal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.simulation.chance import Chance

WIDTH = 1000
COLUMNS = 100
"""How many columns stand for all the years of the curve."""
HEIGHT = 220


@dataclass(frozen=True)
class Spread:
    """Where nine of ten years lie, the mean, and zero."""

    start: int
    width: int
    mean: int
    zero: int


@dataclass(frozen=True)
class Column:
    """One in a hundred of the years, from the worst to the best: `y` and `height` in the picture's own units."""

    x: int
    y: int
    height: int
    tone: str


def spreads(chances: Sequence[Chance]) -> list[Spread]:
    """Every range on one scale, so that rows can be compared."""
    low = min([0, *(chance.payable.low for chance in chances)])
    high = max([0, *(chance.payable.high for chance in chances)])
    whole = max(high - low, 1)

    def place(cents: int) -> int:
        return min(max((cents - low) * WIDTH // whole, 0), WIDTH)

    return [
        Spread(
            place(chance.payable.low),
            max(place(chance.payable.high) - place(chance.payable.low), 3),
            place(chance.payable.mean),
            place(0),
        )
        for chance in chances
    ]


def columns(all_payable: Sequence[int]) -> tuple[list[Column], int]:
    """The years in order of what they pay, one of each hundred; and where zero lies from the top."""
    chosen = [all_payable[len(all_payable) * (2 * i + 1) // (2 * COLUMNS)] for i in range(COLUMNS)]
    high, low = max(0, *chosen), min(0, *chosen)
    whole = max(high - low, 1)
    zero = high * HEIGHT // whole
    made = []
    for i, cents in enumerate(chosen):
        height = abs(cents) * HEIGHT // whole
        tone = "consortium" if cents > 0 else "loss"
        made.append(Column(i * WIDTH // COLUMNS, zero - height if cents > 0 else zero, height, tone))
    return made, zero
