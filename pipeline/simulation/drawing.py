"""Drawings of persons: each side's sums with every person once, or as often as a seed says.

Persons are drawn with replacement, each with its whole history, so that the dear stay dear (a cluster bootstrap:
Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 8). The comparison group is drawn too, at its
own size: what happens there is chance as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.simulation.people import People, Sums


@dataclass(frozen=True)
class Draw:
    """The sums of both sides, of one drawing of persons; the comparison side is None where there is none."""

    contracted: Sums
    comparison: Sums | None


def everybody(people: People, ceiling_cents: int) -> Draw:
    """The table as it is: each person once."""
    other = people.comparison
    return Draw(
        people.contracted.adder(ceiling_cents)(None), other.adder(ceiling_cents)(None) if other else None
    )


def drawings(people: People, ceiling_cents: int, number: int, seed: int, size: int) -> tuple[Draw, ...]:
    """So many drawings of `size` contracted persons. The same seed draws the same persons, whatever the ceiling."""
    own, other = (np.random.default_rng([seed, side]) for side in (0, 1))
    contracted, comparison = people.contracted, people.comparison
    add = contracted.adder(ceiling_cents)
    add_other = comparison.adder(ceiling_cents) if comparison else None
    made = []
    for _ in range(number):
        times = np.bincount(own.integers(0, contracted.number, size), minlength=contracted.number)
        others = None
        if comparison is not None and add_other is not None:
            drawn = other.integers(0, comparison.number, comparison.number)
            others = add_other(np.bincount(drawn, minlength=comparison.number))
        made.append(Draw(add(times), others))
    return tuple(made)
