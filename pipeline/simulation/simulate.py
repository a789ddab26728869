"""A whole simulation: past years, chance as the contract stands, and how chance changes with what can be negotiated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple, TypeVar

from pipeline.contract import Contract
from pipeline.simulation.assumed import Assumed, nothing_asked
from pipeline.simulation.chance import Chance, chance
from pipeline.simulation.drawing import Draw, drawings
from pipeline.simulation.past import PastYear, past_years
from pipeline.simulation.people import People
from pipeline.simulation.possible import newest_whole, require_known
from pipeline.simulation.variant import with_ceiling, with_path, with_threshold
from pipeline.simulation.year import AsIf

THRESHOLDS = tuple(Decimal(rate) for rate in ("0", "0.01", "0.02", "0.03", "0.04", "0.05"))
SIZES = (2_500, 5_000, 10_000, 20_000, 50_000)
PATHS = tuple(Decimal(part) for part in ("1", "0.99", "0.98", "0.97"))
CEILINGS = (10_000, 25_000, 50_000, 100_000, 1_000_000)
"""What is tried unless others are asked: shares of the target, persons, shares of the target before the path, and euros
per person and year."""


Value = TypeVar("Value", int, Decimal)


class Tried(NamedTuple):
    """What chance does at one value of something that can be negotiated; `is_agreed` when it is the contract's own.

    `value` is None where what is agreed is no single value, as of brackets by size.
    """

    value: Decimal | int | None
    is_agreed: bool
    chance: Chance


@dataclass(frozen=True)
class Simulation:
    """What a contract would have paid, and what chance would pay."""

    contract: Contract
    year: int
    based_on: int
    seed: int
    assumed: Assumed
    past: tuple[PastYear, ...]
    as_agreed: Chance
    by_size: tuple[Tried, ...]
    by_ceiling: tuple[Tried, ...]
    by_threshold: tuple[Tried, ...]
    by_path: tuple[Tried, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What the settlements themselves say, such as that a limit was left out; codes of the statement."""
        past = (note for each in self.past for note in each.settled.notes)
        return tuple(dict.fromkeys((*self.as_agreed.notes, *past)))

    @property
    def taken_for_nothing(self) -> tuple[str, ...]:
        """The figures that this contract asks for, that nobody gave, and that were taken to be nothing."""
        asked = nothing_asked(self.contract.for_year(self.year))
        return tuple(name for name in asked if name not in self.assumed.given)


def simulate(
    contract: Contract,
    year: int,
    people: People,
    assumed: Assumed,
    *,
    years: int = 1_000,
    seed: int = 1,
    sizes: Sequence[int] = SIZES,
    ceilings: Sequence[int] = CEILINGS,
    thresholds: Sequence[Decimal] = THRESHOLDS,
    paths: Sequence[Decimal] = PATHS,
) -> Simulation:
    """Simulate a contract on the terms of one of its years.

    Chance is looked at on the newest year of the table that has all baseline years before it.

    Raises:
        ContractValueError: when the year is outside the contract's term.
        FiguresError: when the table has too few years, or a figure must be given that no table of persons tells.
    """
    require_known(contract, year, people, assumed)
    now = newest_whole(contract, year, people)
    trials = _Trials(AsIf(contract, year, people, now, assumed), years, seed)
    own, ceiling = people.contracted.number, contract.for_year(year).truncation_ceiling.value
    terms = trials.as_if.rules.terms
    has_path = terms.target_method is None or terms.target_method.value != "stated"
    own_path = terms.target_path.value if terms.target_path else Decimal(1)
    counts_people = bool(trials.as_if.rules.unit.figure)  # one sum for all care is about this population only
    return Simulation(
        contract=contract,
        year=year,
        based_on=now,
        seed=seed,
        assumed=assumed,
        past=tuple(past_years(contract, year, people, assumed)),
        as_agreed=trials.as_agreed,
        by_size=trials.tried(sizes if counts_people else (), own, trials.of_size),
        by_ceiling=trials.tried(ceilings, ceiling, trials.of_ceiling),
        by_threshold=trials.by_threshold(thresholds),
        by_path=trials.tried(paths if has_path else (), own_path if has_path else None, trials.of_path),
    )


@dataclass(frozen=True)
class _Trials:
    """Chance at one value after another, on drawings of one seed."""

    as_if: AsIf
    years: int
    seed: int

    def _drawn(self, ceiling_cents: int, size: int | None = None) -> tuple[Draw, ...]:
        people = self.as_if.people
        return drawings(people, ceiling_cents, self.years, self.seed, size or people.contracted.number)

    @cached_property
    def _draws(self) -> tuple[Draw, ...]:
        return self._drawn(self.as_if.ceiling_cents)

    @cached_property
    def as_agreed(self) -> Chance:
        """Chance as the contract stands, of the table's own population."""
        return chance(self.as_if, self._draws, self.as_if.people.contracted.number)

    def of_size(self, size: int) -> Chance:
        """With another number of persons."""
        return chance(self.as_if, self._drawn(self.as_if.ceiling_cents, size), size)

    def of_ceiling(self, euros: int) -> Chance:
        """With another truncation: the same persons, counted up to another amount."""
        other = replace(self.as_if, contract=with_ceiling(self.as_if.contract, euros))
        return chance(other, self._drawn(other.ceiling_cents), self.as_agreed.persons)

    def of_threshold(self, rate: Decimal) -> Chance:
        """With one threshold for all sizes."""
        other = replace(self.as_if, contract=with_threshold(self.as_if.contract, rate))
        return chance(other, self._draws, self.as_agreed.persons)

    def by_threshold(self, rates: Sequence[Decimal]) -> tuple[Tried, ...]:
        """Each threshold; above them what is agreed, where that is no single share."""
        agreed = _flat_threshold(self.as_if.contract, self.as_if.year)
        tried = self.tried(rates, agreed, self.of_threshold)
        return tried if agreed is not None or not rates else (Tried(None, True, self.as_agreed), *tried)

    def of_path(self, part: Decimal) -> Chance:
        """With a target of another part of what cost would come to by itself."""
        other = replace(self.as_if, contract=with_path(self.as_if.contract, part))
        return chance(other, self._draws, self.as_agreed.persons)

    def tried(
        self, values: Iterable[Value], agreed: Value | None, of: Callable[[Value], Chance]
    ) -> tuple[Tried, ...]:
        """Each value and the contract's own, in order."""
        every = sorted({*values, *(() if agreed is None else (agreed,))})
        return tuple(
            Tried(value, value == agreed, self.as_agreed if value == agreed else of(value)) for value in every
        )


def _flat_threshold(contract: Contract, year: int) -> Decimal | None:
    """The contract's own threshold where it is one rate for all sizes and both sides."""
    terms = contract.for_year(year)
    sides = [terms.sharing_minimum_savings, terms.loss_minimum_loss]
    rates = {bracket.rate for side in sides if side for bracket in side.value}
    sloping = any(bracket.to is not None for side in sides if side for bracket in side.value)
    return rates.pop() if len(rates) == 1 and not sloping else None
