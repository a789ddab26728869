"""What a parameter can hold beside a number or a choice: providers, brackets, indicators, deliveries, limits."""

from __future__ import annotations

from bisect import bisect_right
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from pipeline.contract.parameter import STRICT, Euros, Number, Share, Text, between

AgbCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")]
UzoviCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
Postcode3 = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{2}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
RuleName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*$")]
Growth = Annotated[Number, between("-0.5", "0.5")]
Positive = Annotated[Euros, between("0")]


class Provider(BaseModel):
    """A care provider by its AGB code."""

    model_config = STRICT

    agb_code: AgbCode
    name: Text


class Bracket(BaseModel):
    """A rate that holds from one quantity up to, and not including, another; the last has no end.

    With `to` the rate slopes: from `rate` at the bracket's beginning, in a straight line, to `to` at `at`, or
    at the bracket's end when `at` is left out.
    """

    model_config = STRICT

    start: Annotated[Number, between("0")] = Field(alias="from")
    end: Annotated[Number, between("0")] | None = Field(default=None, alias="below")
    rate: Share
    to: Share | None = None
    at: Annotated[Number, between("0")] | None = None


Brackets = Annotated[tuple[Bracket, ...], Field(min_length=1)]


class Ladder:
    """Brackets made ready to be looked up: the rate at any quantity, exact.

    Brackets are without holes and start at 0. On a slope the rate is that of the straight line; beyond the slope's
    end, the rate there.
    """

    def __init__(self, brackets: Brackets) -> None:
        self.starts = [Fraction(bracket.start) for bracket in brackets]
        whole = all(start.denominator == 1 for start in self.starts)
        self.whole = [start.numerator for start in self.starts] if whole else None
        self.rates = [Fraction(bracket.rate) for bracket in brackets]
        self.slopes = [_slope(bracket) for bracket in brackets]

    def at(self, quantity: Fraction) -> Fraction:
        """The rate at a quantity."""
        if self.whole is not None:  # then the whole part decides, and integers compare far faster
            place = bisect_right(self.whole, quantity.numerator // quantity.denominator) - 1
        else:
            place = bisect_right(self.starts, quantity) - 1
        rate, slope = self.rates[place], self.slopes[place]
        if slope is None:
            return rate
        per_one, most = slope
        return rate + per_one * min(quantity - self.starts[place], most)


def _slope(bracket: Bracket) -> tuple[Fraction, Fraction] | None:
    """How much the rate changes for each one more, and over how many; None when it does not."""
    end = bracket.end if bracket.at is None else bracket.at
    if bracket.to is None or end is None:
        return None
    width = Fraction(end - bracket.start)
    return Fraction(bracket.to - bracket.rate) / width, width


class Statistical(BaseModel):
    """A minimum that chance alone seldom reaches: z x variation / square root of the number, as a share.

    `variation` is the standard deviation of one unit's cost, divided by its mean; `least` and `most` bound it.
    """

    model_config = STRICT

    z: Annotated[Number, between("0", "10")]
    variation: Annotated[Number, between("0", "100")]
    least: Share = Decimal(0)
    most: Share = Decimal(1)


class Indicator(BaseModel):
    """A quality indicator: 0 points at the floor, full marks at the goal, linear between them.

    `direction` says which way is better; floor and goal must agree with it. `late` says that it is known only
    after the settlement: what hangs on it is paid as a planned tranche.
    """

    model_config = STRICT

    id: Code
    name: Text
    weight: Share
    floor: Number
    goal: Number
    direction: Literal["higher_is_better", "lower_is_better"]
    late: bool = False


class QualityGate(BaseModel):
    """A quality standard and what meeting it gives: the full rate, or the rate in proportion to the score.

    It is met when the indicator measures `at_least` this; without an indicator, when the quality score does.
    `loss` is what counts for a loss, the same as for a gain when it is left out.
    """

    model_config = STRICT

    id: Code
    name: Text
    indicator: Code | None = None
    at_least: Number
    gain: Literal["full", "linear", "brackets"]
    loss: Literal["full", "linear", "brackets"] | None = None


class Requirement(BaseModel):
    """A minimum of access: a measured value that must be at most, or at least, so much."""

    model_config = STRICT

    id: Code
    name: Text
    indicator: Code
    at_most: Number | None = None
    at_least: Number | None = None


class AgreedAmount(BaseModel):
    """A sum in euros by which the parties agreed to move the target; negative lowers it."""

    model_config = STRICT

    id: Code
    name: Text
    amount: Euros


class Precedence(BaseModel):
    """That one rule is applied after another, by their names on the statement."""

    model_config = STRICT

    rule: RuleName
    after: RuleName


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
