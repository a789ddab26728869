"""A line of a statement: one rule with its inputs, the terms it applied, its result and who bears it.

Named tuples, because thousands of settlements are replayed at a time.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, NamedTuple

from pipeline.contract import Term
from pipeline.settlement.exact import exact

Bearer = Literal["insurer", "consortium", "shared"]
"""Who feels it when the inputs of this line turn out otherwise."""

Part = Literal["population", "target", "quality", "access", "sharing", "payable", "division", "fee"]
"""The parts of a statement; the fee is beside it, whatever the result."""

Amount = Fraction | Decimal | int | str
"""A number, or the code of an outcome such as `met`."""


class Quantity(NamedTuple):
    """A named value with its unit. `subject` is the year or indicator it is about, if any."""

    name: str
    value: Amount
    unit: str
    subject: str = ""

    @property
    def amount(self) -> Fraction:
        """The value as an exact number.

        Raises:
            TypeError: when it is an outcome and no number.
        """
        value = self.value
        if isinstance(value, str):
            raise TypeError(f"{self.name} is an outcome")
        return exact(value)


class Line(NamedTuple):
    """One applied rule. `result.name` is the rule's id; `result.subject` its year or indicator."""

    part: Part
    result: Quantity
    inputs: tuple[Quantity, ...]
    parameters: tuple[Term[Any], ...]
    bearer: Bearer

    @property
    def rule(self) -> str:
        """The rule's id."""
        return self.result.name

    @property
    def amount(self) -> Fraction:
        """The result as an exact number.

        Raises:
            TypeError: when the result is an outcome and no number.
        """
        return self.result.amount

    @property
    def outcome(self) -> str:
        """The result as the code of an outcome, such as `met`."""
        return str(self.result.value)

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clauses applied, each once, in the order of the parameters."""
        return tuple(dict.fromkeys(term.clause for term in self.parameters))
