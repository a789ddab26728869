"""Which rules a contract has for a year, in the order in which they are applied.

Each module of rules looks at the terms and gives the rules that were agreed; nothing here knows what a rule does.
A plan is made once for a contract year and settles any number of figures.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from pipeline.contract.dated import Economy
from pipeline.contract.terms import EconomicTerms
from pipeline.settlement import (
    access,
    carry_over,
    division,
    limits,
    payable,
    population,
    quality,
    sharing,
    target,
    thresholds,
)
from pipeline.settlement.adjustments import relief_rules
from pipeline.settlement.course import Agreed, Course, Rule
from pipeline.settlement.figures import Figures
from pipeline.settlement.order import in_order
from pipeline.settlement.units import CountedUnit, counted_unit


@dataclass(frozen=True)
class Plan:
    """The rules of one contract year, in order."""

    contract_id: str
    year: int
    terms: EconomicTerms
    unit: CountedUnit
    rules: tuple[Rule, ...]

    def settle(
        self,
        figures: Figures,
        assumed: Mapping[str, Fraction] | None = None,
        *,
        provisional: bool = False,
    ) -> Course:
        """Apply the rules to figures; `assumed` are values of indicators that are not known yet.

        Raises:
            FiguresError: when the figures do not allow a rule.
        """
        course = Course(figures, assumed or {}, provisional=provisional)
        course.follow(self.rules)
        return course

    def up_to(self, result: str) -> Plan:
        """The rules that one result rests on, and no others."""
        needed, by_name = {result}, {rule.name: rule for rule in self.rules}
        for rule in reversed(self.rules):
            if rule.name in needed:
                needed |= {name for name in rule.needs if name in by_name}
        rules = tuple(rule for rule in self.rules if rule.name in needed)
        return Plan(self.contract_id, self.year, self.terms, self.unit, rules)


def plan(contract: Economy, year: int) -> Plan:
    """How a contract year is settled.

    Raises:
        ContractValueError: when the year is outside the contract's term, or its rules cannot stand in the order
            that the contract asks.
    """
    terms = contract.for_year(year)
    agreed = Agreed(contract, terms, year, counted_unit(terms.unit_counted_in))
    rules = list(_usual(agreed))
    where = f"contract '{contract.id}'"
    return Plan(contract.id, year, terms, agreed.unit, in_order(rules, terms.order_after, where))


def _usual(agreed: Agreed) -> Iterator[Rule]:
    """A contract's rules in their usual order."""
    yield from population.rules(agreed)
    yield from target.rules(agreed)
    yield from quality.rules(agreed)
    yield from access.rules(agreed)
    yield from thresholds.rules(agreed)
    shares = [*_shares(agreed)]
    yield from shares
    yield from payable.rules(agreed, _moving(shares))
    yield from carry_over.forward_rules(agreed)
    yield from division.rules(agreed)
    yield from division.fee_rules(agreed)


def _shares(agreed: Agreed) -> Iterator[Rule]:
    """From a saving that counts to what is paid of it."""
    yield from sharing.rules(agreed)
    yield from carry_over.loss_rules(agreed)
    yield from sharing.rate_rules(agreed)
    yield from carry_over.gain_rules(agreed)
    yield from limits.rules(agreed)
    yield from relief_rules(agreed)


def _moving(rules: Collection[Rule]) -> tuple[str, ...]:
    return tuple(rule.name for rule in rules if rule.moves)
