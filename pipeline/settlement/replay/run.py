"""Settle every row of a table of facts, on the reference contract and the year that the row names.

A contract year's rules are resolved once and then applied to all its rows: the very rules that settle a served
contract, in exact fractions.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.contract.reference import ReferenceContract, load_reference
from pipeline.errors import ContractError, FiguresError
from pipeline.settlement.course import Course
from pipeline.settlement.figures import Figures
from pipeline.settlement.plan import Plan, plan
from pipeline.settlement.replay.facts import FiguresMaker, Row, read_rows
from pipeline.settlement.replay.mapping import FILE, FactsMap, load_map


@dataclass(frozen=True)
class Settled:
    """A row, the rules and figures it was settled on, and what they came to."""

    row: Row
    plan: Plan
    figures: Figures
    course: Course


@dataclass(frozen=True)
class NotSettled:
    """A row that cannot be settled, or not be held against what was published; and why."""

    row: Row
    error: FiguresError


class Replay:
    """The rows of a table, settled or not; and what is needed to settle one of them again otherwise."""

    def __init__(self, mapped: FactsMap, maker: FiguresMaker, plans: Plans, path: Path) -> None:
        self.mapped, self.maker, self.plans, self.path = mapped, maker, plans, path
        self.settled: list[Settled] = []
        self.not_settled: list[NotSettled] = []

    def settle_all(self, rows: Iterable[Row]) -> None:
        """Settle rows; one that cannot be is set apart with its reason, and the others go on."""
        for row in rows:
            try:
                self.settled.append(self.settle(row))
            except FiguresError as error:
                self.not_settled.append(NotSettled(row, error))

    def settle(self, row: Row) -> Settled:
        """Settle one row.

        Raises:
            FiguresError: when its facts do not allow it; names the line.
        """
        year, terms = self.maker.year(row), self.maker.terms(row)
        if year not in self.plans.contract(terms).years:
            raise FiguresError(
                f"{year} is outside the term of contract '{terms}'",
                where=row.where(self.path),
                remedy="Take the row out, or have a reference contract that runs so long.",
            )
        rules = self.plans.of(terms, year)
        figures = self.maker.figures(row, rules.contract_id, year)
        try:
            return Settled(row, rules, figures, rules.settle(figures))
        except FiguresError as error:
            columns = {**self.mapped.figures, **self.mapped.indicators}
            read = ", ".join(
                f"{name} from '{column.column}'" for name, column in columns.items() if column.column
            )
            raise FiguresError(
                error.what, where=f"{row.where(self.path)}: {error.where}", remedy=f"{FILE} reads {read}."
            ) from None


class Plans:
    """The reference contracts of a folder, and how each settles a year; `result` is as far as it is settled."""

    def __init__(self, folder: Path, result: str) -> None:
        self.folder, self.result = folder, result
        self._contracts: dict[str, ReferenceContract] = {}
        self._plans: dict[tuple[str, int], Plan] = {}

    def contract(self, name: str) -> ReferenceContract:
        """The reference contract of this name.

        Raises:
            ContractError: when there is none, or it cannot be used.
        """
        if name not in self._contracts:
            self._contracts[name] = load_reference(self.folder / f"{name}.yaml")
        return self._contracts[name]

    def of(self, name: str, year: int) -> Plan:
        """How a reference contract settles a year, as far as the compared result asks."""
        if (name, year) not in self._plans:
            made = plan(self.contract(name), year)
            if not any(rule.base == self.result for rule in made.rules):
                raise ContractError(
                    f"Contract '{name}' has no rule '{self.result}' to compare",
                    where=str(self.folder / FILE),
                    remedy=f"Name one of: {', '.join(dict.fromkeys(rule.base for rule in made.rules))}.",
                )
            self._plans[name, year] = made.up_to(self.result)
        return self._plans[name, year]


def prepare(terms: Path, facts: Path) -> tuple[Replay, list[Row]]:
    """The map and contracts of a folder and the rows of a table, nothing settled yet.

    Raises:
        ContractError: when the folder's files cannot be used.
        FiguresError: when the table cannot be read.
    """
    mapped = load_map(terms)
    made = Replay(mapped, FiguresMaker(mapped, facts), Plans(terms, mapped.compare.result), facts)
    return made, read_rows(facts)


def replay(terms: Path, facts: Path) -> Replay:
    """Settle all rows of `facts` on the reference contracts in the folder `terms`.

    Raises:
        ContractError, FiguresError: see `prepare`.
    """
    made, rows = prepare(terms, facts)
    with no_collections():
        made.settle_all(rows)
    return made


@contextmanager
def no_collections() -> Iterator[None]:
    """Let Python's garbage collector rest.

    The lines of thousands of statements are all kept, and it would go over them again and again.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
