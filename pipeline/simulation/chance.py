"""What is paid when nobody does anything better or worse: many made-up years without any true effect.

Actual cost of the settlement year is multiplied so that the table as it is comes out at what the year costs by itself:
the target before the path and before agreed sums. What a drawing of persons saves or loses is then chance, of the
contracted population and of the comparison group alike, and what path and sums ask of who does nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from pipeline.errors import FiguresError
from pipeline.simulation.drawing import Draw, everybody
from pipeline.simulation.year import AsIf, Settled


class Range(NamedTuple):
    """Where amounts lie: the mean, the middle, and what one in twenty lies below or above; in cents."""

    mean: int
    lowest: int
    low: int
    median: int
    high: int
    highest: int


@dataclass(frozen=True)
class Chance:
    """What so many years without an effect come to.

    `gain`, `loss` and `nothing` are shares of the years, by what is shared of a saving or loss; a payment for quality
    depends on neither, and `quality_payment` is its mean in cents. `spread` is the standard deviation of the saving as
    a share of the target, and `asked` what path and agreed sums ask beforehand, a share of it too: that much is lost
    by who does nothing. `all_payable` is what each year pays, in cents, from the worst for the consortium to the best;
    `notes` are what any of the settlements says.
    """

    years: int
    persons: int
    gain: float
    loss: float
    nothing: float
    spread: float
    asked: float
    quality_payment: int
    payable: Range
    all_payable: tuple[int, ...]
    notes: tuple[str, ...]


def chance(as_if: AsIf, draws: Sequence[Draw], persons: int) -> Chance:
    """What drawings of so many persons come to when nothing has any effect.

    Raises:
        FiguresError: when the table does not allow a settlement.
    """
    part = Fraction(persons, as_if.people.contracted.number)
    effect, asked = neutral(as_if)
    return told([as_if.settle(draw, effect, part) for draw in draws], persons, asked)


def neutral(as_if: AsIf) -> tuple[Fraction, float]:
    """By what to multiply actual cost so that the table has no true effect; and what then is asked, of the target.

    All that a year costs by itself is in proportion to the population, so that the factor is the same for any part.

    Raises:
        FiguresError: when nothing was spent, or the table does not allow a settlement.
    """
    whole = everybody(as_if.people, as_if.ceiling_cents)
    settled = as_if.settle(whole)
    domain = int(whole.contracted.cents[as_if.people.years.index(as_if.now)].sum())
    if domain <= 0:
        raise FiguresError(
            f"Nothing was spent in {as_if.now}, so that chance has nothing to work on",
            remedy="Look at cost_cents in the table of persons.",
        )
    effect = 1 + (settled.unmoved - settled.actual) / domain
    return effect, float((settled.unmoved - settled.target) / settled.target)


def told(settled: Sequence[Settled], persons: int, asked: float) -> Chance:
    """What many settlements have in common."""
    paid = sorted(each.payable for each in settled)
    number, tail = len(paid), len(paid) // 20
    shares = [float((each.target - each.actual) / each.target) for each in settled]
    mean = math.fsum(shares) / number
    return Chance(
        years=number,
        persons=persons,
        gain=sum(each.shared > 0 for each in settled) / number,
        loss=sum(each.shared < 0 for each in settled) / number,
        nothing=sum(each.shared == 0 for each in settled) / number,
        spread=math.sqrt(math.fsum((each - mean) ** 2 for each in shares) / number),
        asked=asked,
        quality_payment=round(Fraction(sum(each.payable - each.shared for each in settled), number)),
        payable=Range(
            mean=round(Fraction(sum(paid), number)),
            lowest=paid[0],
            low=paid[tail],
            median=paid[number // 2],
            high=paid[number - 1 - tail],
            highest=paid[-1],
        ),
        all_payable=tuple(paid),
        notes=tuple(dict.fromkeys(note for each in settled for note in each.notes)),
    )
