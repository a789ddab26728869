"""The course of one settlement: what rules have found so far, and the amount that is being divided.

A `Rule` is one small unit: it takes in figures and results of other rules, applies terms, and gives one line of
the statement. The rules themselves are in the modules named after what they are about; which of them a contract
has, and in which order, is in `plan`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, NamedTuple

from pipeline.contract import Term
from pipeline.contract.dated import Economy
from pipeline.contract.terms import EconomicTerms
from pipeline.errors import FiguresError
from pipeline.settlement.figures import Figures
from pipeline.settlement.line import Amount, Line, Quantity
from pipeline.settlement.units import CountedUnit

When = Literal["always", "shared", "gain", "loss"]
"""Whether a rule is applied always, or only when a result is shared, or only a gain, or only a loss."""


class Rule(NamedTuple):
    """A rule as one contract has it for one year.

    `name` is its name on the statement, after a colon the year, stratum or indicator it is about; `needs` are the
    rules whose results it takes in. A rule that `moves` gives the amount that is divided from then on. `terms` are
    the parameters it applies, for messages.
    """

    name: str
    needs: tuple[str, ...]
    apply: Callable[[Course], Line | None]
    terms: tuple[Term[Any] | None, ...] = ()
    when: When = "always"
    moves: bool = False

    @property
    def base(self) -> str:
        """The rule's name without what it is about."""
        return self.name.partition(":")[0]


@dataclass(frozen=True)
class Agreed:
    """What the rules of one contract year are made from."""

    contract: Economy
    terms: EconomicTerms
    year: int
    unit: CountedUnit

    @property
    def years(self) -> tuple[int, ...]:
        """The baseline years, oldest first."""
        return self.terms.baseline_years

    @property
    def strata(self) -> tuple[str, ...]:
        """The strata of the baseline; one without a name when there are none."""
        strata = self.terms.baseline_strata
        return strata.value if strata else ("",)


Rules = Iterator[Rule]


class Course:
    """One settlement under way."""

    def __init__(
        self, figures: Figures, assumed: Mapping[str, Fraction], *, provisional: bool = False
    ) -> None:
        self.figures, self.year = figures, figures.year
        self.assumed, self.provisional = assumed, provisional
        self.lines: list[Line] = []
        self.results: dict[str, Amount] = {}
        self.notes: list[str] = []
        self.amount = Fraction(0)
        self.amount_from = "limited_share"
        self.reason = ""
        self.parts: dict[str, int] = {}

    def follow(self, rules: tuple[Rule, ...]) -> None:
        """Apply rules in their order.

        Raises:
            FiguresError: when a figure does not allow a rule; it names the contract and the rule's clauses.
        """
        for rule in rules:
            if rule.when != "always" and not self._counts(rule.when):
                continue
            try:
                line = rule.apply(self)
            except FiguresError as error:
                raise _with_clause(error, rule) from None
            if line is not None:
                self.lines.append(line)
                self.results[rule.name] = line.result.value
                if rule.moves:
                    self.amount, self.amount_from = line.amount, rule.base

    def _counts(self, when: When) -> bool:
        return self.reason == when or (when == "shared" and self.reason in ("gain", "loss"))

    def value(self, rule: str) -> Fraction:
        """What a rule came to, exact."""
        value = self.results[rule]
        return value if type(value) is Fraction else Fraction(value)

    def line(self, rule: str) -> Line:
        """The line of a rule that was applied."""
        found: list[Line] = [line for line in self.lines if line.result.name == rule]
        return found[-1]

    def outcome(self, rule: str, default: str = "met") -> str:
        """The outcome of a gate; the default when the contract has no such gate."""
        return str(self.results.get(rule, default))

    def so_far(self) -> Quantity:
        """The amount being divided, as an input of the next rule."""
        return Quantity(self.amount_from, self.amount, "cents")

    def measured(self, code: str, or_else: str = "") -> Fraction:
        """An indicator as measured, or as assumed while it is unknown; `or_else` as in `Figures.indicator`."""
        if code in self.assumed:
            return self.assumed[code]
        return self.figures.indicator(code, or_else)


def _with_clause(error: FiguresError, rule: Rule) -> FiguresError:
    clauses = dict.fromkeys(term.clause for term in rule.terms if term is not None)
    if not clauses or "clause" in error.where:
        return error
    named = f"clause {', '.join(clauses)}"
    where = f"{error.where} ({named})" if error.where else named
    return FiguresError(error.what, where=where, remedy=error.remedy)
