"""Figures that nobody published, estimated on half of the rows and tested on the other half.

A published result is linear in each unknown growth of an index (the index then is one over it), so that the unknowns
of a group of rows follow by least squares from the rules themselves: settle a row with one of them changed, and see
what that changes. Rows far off are left out of the estimate, never out of the test. Each half is tested with what the
other half gave, so that every row is tested once, out of sample.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipeline.errors import ContractError
from pipeline.settlement.figures import UNITS, Figure, Figures
from pipeline.settlement.plan import Plan
from pipeline.settlement.replay.facts import Row
from pipeline.settlement.replay.mapping import FILE, Fitted
from pipeline.settlement.replay.run import Replay, no_collections, prepare
from pipeline.settlement.units import in_stratum

ROUNDS, FAR, PLACES = 8, 3.0, 6
"""Estimates are repeated without rows more than `FAR` robust deviations off; growth is rounded to `PLACES`."""
POSSIBLE = (0.5, 2.0)
"""Growth beyond these is no growth; only a wrong specification asks for it."""
NORMAL = 1.4826
"""The median absolute deviation of normal noise, times this, is its standard deviation."""

Unknown = tuple[str, int]
"""A figure's name and the year it is of, as years before the settlement year."""


@dataclass(frozen=True)
class Tested:
    """A row's result on growth that the other half gave, against what was published."""

    row: Row
    group: tuple[str, ...]
    ours: Fraction
    published: Fraction


@dataclass(frozen=True)
class Specification:
    """One way to settle, tested on all rows: `name` is empty for the right one."""

    name: str
    tested: tuple[Tested, ...]
    within: Fraction

    @property
    def agree(self) -> int:
        """How many rows came within the bound."""
        return sum(abs(one.ours - one.published) <= self.within for one in self.tested)

    @property
    def share(self) -> Fraction:
        """The part of the rows that came within the bound."""
        return Fraction(self.agree, len(self.tested)) if self.tested else Fraction(0)

    def by_group(self) -> dict[tuple[str, ...], tuple[int, int]]:
        """Rows, and how many of them agree, by group."""
        found: dict[tuple[str, ...], tuple[int, int]] = {}
        for one in self.tested:
            rows, agree = found.get(one.group, (0, 0))
            found[one.group] = rows + 1, agree + (abs(one.ours - one.published) <= self.within)
        return found


@dataclass(frozen=True)
class FittedReplay:
    """The right specification, the wrong ones, and what was left out."""

    replay: Replay
    right: Specification
    wrong: tuple[Specification, ...]
    rows: int
    other_rows: int
    small_groups: Mapping[tuple[str, ...], int]

    @property
    def holds(self) -> bool:
        """Whether enough rows agree, and no wrong specification gets there."""
        least = self.least
        return self.right.share >= least and all(each.share < least for each in self.wrong)

    @property
    def least(self) -> Fraction:
        """The part of the rows that must agree."""
        fit = self.replay.mapped.fit
        return Fraction(fit.least_agreement) if fit else Fraction(1)


def replay_fitted(terms: Path, facts: Path) -> FittedReplay:
    """Estimate, test, and see that wrong specifications fail.

    Raises:
        ContractError: when the folder's files cannot be used, or no group is large enough.
        FiguresError: when the table cannot be read or a row cannot be settled.
    """
    made, rows = prepare(terms, facts)
    fit = made.mapped.fit
    if fit is None:
        raise ContractError("The map of facts has nothing to estimate", where=str(terms / FILE))
    chosen = [row for row in rows if row.has(fit.only)]
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in chosen:
        groups.setdefault(tuple(row.cells.get(column, "") for column in fit.by), []).append(row)
    large = {key: some for key, some in sorted(groups.items()) if len(some) >= fit.fewest_rows}
    if not large:
        raise ContractError(
            f"No group has {fit.fewest_rows} rows to estimate from",
            where=str(terms / FILE),
            remedy="Group by fewer columns.",
        )
    names = {"": made.mapped.contract.always, **fit.wrong}
    with no_collections():
        right, *wrong = [_specified(made, fit, name, contract, large) for name, contract in names.items()]
    small = {key: len(some) for key, some in sorted(groups.items()) if key not in large}
    return FittedReplay(made, right, tuple(wrong), len(chosen), len(rows) - len(chosen), small)


def _specified(
    made: Replay, fit: Fitted, name: str, contract: str, groups: Mapping[tuple[str, ...], list[Row]]
) -> Specification:
    """One specification over all groups: each half is tested with the growth of the other."""
    tested = []
    for key, rows in groups.items():
        equations = [Equation(made, fit, row, contract) for row in rows]
        for half in (0, 1):
            growth = estimate([each for place, each in enumerate(equations) if place % 2 == half])
            tested += [
                Tested(each.row, key, each.result(growth), each.published)
                for place, each in enumerate(equations)
                if place % 2 != half
            ]
    tested.sort(key=lambda one: one.row.line)
    return Specification(name, tuple(tested), Fraction(made.mapped.compare.within))


class Equation:
    """What one row says of the unknowns: published = constant + sum of coefficient x growth."""

    def __init__(self, made: Replay, fit: Fitted, row: Row, contract: str) -> None:
        self.row, self.compared = row, made.mapped.compare
        year = made.maker.year(row)
        self.plan: Plan = made.plans.of(contract, year)
        self.figures: Figures = made.maker.figures(row, self.plan.contract_id, year)
        self.unknowns: list[Unknown] = [
            (in_stratum(fit.figure, stratum), year + offset)
            for stratum in fit.strata
            for offset in fit.offsets
        ]
        published = made.maker.number(row, self.compared.column, self.compared.times)
        self.published = Fraction(0) if published is None else published
        ones = [Fraction(1)] * len(self.unknowns)
        at_one = self.result(ones)
        self.coefficients = [
            self.result([*ones[:place], Fraction(2), *ones[place + 1 :]]) - at_one
            for place in range(len(ones))
        ]
        self.constant = at_one - sum(self.coefficients, Fraction(0))

    def result(self, growth: Sequence[Fraction]) -> Fraction:
        """What the rules give when the unknowns are these."""
        values = dict(self.figures.values)
        for (name, year), factor in zip(self.unknowns, growth, strict=True):
            values[name, year] = Figure(1 / factor, UNITS[name.partition(":")[0]])
        return self.plan.settle(replace(self.figures, values=values)).value(self.compared.result)


def estimate(equations: Sequence[Equation]) -> list[Fraction]:
    """The growth that fits best, by least squares, without rows that are far off."""
    matrix = np.array([[float(item) for item in each.coefficients] for each in equations])
    wanted = np.array([float(each.published - each.constant) for each in equations])
    kept = np.ones(len(wanted), dtype=bool)
    found: npt.NDArray[np.float64] = np.ones(matrix.shape[1])
    for _ in range(ROUNDS):
        found = np.linalg.lstsq(matrix[kept], wanted[kept], rcond=None)[0]
        off = np.abs(wanted - matrix @ found)
        near = off <= FAR * NORMAL * float(np.median(off)) + 1
        if bool((near == kept).all()):
            break
        kept = near
    possible = np.clip(found, *POSSIBLE)
    return [Fraction(round(float(factor) * 10**PLACES), 10**PLACES) for factor in possible]
