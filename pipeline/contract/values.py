"""What a parameter can hold beside a number or a choice: providers, brackets, indicators, deliveries, limits."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from pipeline.contract.parameter import STRICT, Number, Share, Text, between

AgbCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")]
UzoviCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
Postcode3 = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{2}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Growth = Annotated[Number, between("-0.5", "0.5")]


class Provider(BaseModel):
    """A care provider by its AGB code."""

    model_config = STRICT

    agb_code: AgbCode
    name: Text


class Bracket(BaseModel):
    """A rate that holds from one quantity up to, and not including, another; the last has no end."""

    model_config = STRICT

    start: Annotated[Number, between("0")] = Field(alias="from")
    end: Annotated[Number, between("0")] | None = Field(default=None, alias="below")
    rate: Share


Brackets = Annotated[tuple[Bracket, ...], Field(min_length=1)]


def rate_at(brackets: Brackets, quantity: Fraction) -> Decimal:
    """The rate of the bracket that a quantity falls in; brackets are without holes and start at 0."""
    return next(bracket.rate for bracket in reversed(brackets) if quantity >= bracket.start)


class Indicator(BaseModel):
    """A quality indicator: 0 points at the floor, full marks at the goal, linear between them.

    `direction` says which way is better; floor and goal must agree with it.
    """

    model_config = STRICT

    id: Code
    name: Text
    weight: Share
    floor: Number
    goal: Number
    direction: Literal["higher_is_better", "lower_is_better"]


class ExpectedDelivery(BaseModel):
    """Which tables a supplier delivers, and for which years of care."""

    model_config = STRICT

    supplier: Code
    tables: Annotated[tuple[Code, ...], Field(min_length=1)]
    years: Literal["baseline_and_contract", "contract"]


class Overlap(BaseModel):
    """Of a delivery's persons in one table: the share whom the insurer's register knows, as expected and its band."""

    model_config = STRICT

    table: Code
    expected: Share
    at_least: Share
    at_most: Share


class RiskLimit(BaseModel):
    """At most this share of the linked persons may be in a group smaller than so many who are alike.

    Alike in `columns`; without them in all quasi-identifiers. Smaller than 2 is: unique.
    """

    model_config = STRICT

    columns: Annotated[tuple[Code, ...], Field(min_length=1)] | None = None
    smaller_than: Annotated[int, between("2")]
    share: Share
