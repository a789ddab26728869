"""A parameter: what the parties agreed, with its clause, its unit, a sentence, and a value by effective date.

This is the one shape in which a contract states anything that can be agreed differently, so that every
number on a statement can name the clause it comes from and the day from which it holds.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from pipeline.errors import ContractValueError

STRICT = ConfigDict(strict=True, extra="forbid", frozen=True)

Value = TypeVar("Value")
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


@dataclass(frozen=True)
class Term(Generic[Value]):
    """One parameter on one day: the value in force, since when, and where the contract says so.

    `key` is the parameter's place in the contract file, for instance `sharing.gain_rate`.
    """

    key: str
    value: Value
    unit: str
    clause: str
    says: str
    since: dt.date


class Parameter(BaseModel, Generic[Value]):
    """A value by effective date, with clause, unit and a sentence in the contract's own language."""

    model_config = STRICT

    clause: Text
    unit: Text
    says: Text
    values: Annotated[dict[dt.date, Value], Field(min_length=1)]
    _key: str = PrivateAttr(default="")

    def on(self, day: dt.date) -> Term[Value]:
        """The value in force on a day: the one with the latest effective date up to that day.

        Raises:
            ContractValueError: when no value holds yet on that day.
        """
        since = max((start for start in self.values if start <= day), default=None)
        if since is None:
            raise ContractValueError(
                f"'{self._key}' has no value on {day}: its first holds from {min(self.values)}",
                where=f"clause {self.clause}",
                remedy=f"Add a value with an effective date of {day} or earlier.",
            )
        return Term(self._key, self.values[since], self.unit, self.clause, self.says, since)


def agreed(unit: str, example: str, *, default: Any = ...) -> Any:
    """A parameter's place in the language: the unit it must state and an example for error messages."""
    return Field(default=default, json_schema_extra={"unit": unit, "example": example})


def between(low: str, high: str | None = None) -> AfterValidator:
    """A number within bounds, both included; without `high` there is no upper bound."""
    lowest, highest = Decimal(low), None if high is None else Decimal(high)

    def check(value: Decimal | int) -> Decimal | int:
        if value < lowest or (highest is not None and value > highest):
            allowed = f"{low} or more" if high is None else f"{low} to {high}"
            raise PydanticCustomError("out_of_range", "allowed: {allowed}", {"allowed": allowed})
        return value

    return AfterValidator(check)


def _exact(value: object) -> object:
    """Whole numbers are numbers too: `1` and `1.0` mean the same share."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise PydanticCustomError("number", "a number is needed")
    return Decimal(value)


def _in_cents(value: object) -> object:
    """An amount in euros has at most two decimals. With three it was meant in thousands: 5.400 for 5400."""
    if isinstance(value, Decimal) and decimals(value) > 2:
        raise PydanticCustomError("in_cents", "an amount in euros has at most two decimals")
    return _exact(value)


def decimals(number: Decimal) -> int:
    """How many digits were written after the point, zeros at the end among them."""
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


Number = Annotated[Decimal, BeforeValidator(_exact)]
Euros = Annotated[Decimal, BeforeValidator(_in_cents)]
Share = Annotated[Decimal, BeforeValidator(_exact), between("0", "1")]
Count = Annotated[int, between("0")]
