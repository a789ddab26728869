"""The sections of a contract that say what is shared of a result: thresholds, rates, limits, division, fee.

Those from which target and quality follow are in `sections`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.contract.parameter import Count, Parameter, Share, Text, agreed
from pipeline.contract.section import Section
from pipeline.contract.values import Brackets, Code, Positive, Precedence, Statistical

MemberCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
SharesByMember = Annotated[dict[MemberCode, Share], Field(min_length=1)]
BRACKETS = "[{from: 0, below: 20000, rate: 0.02}, {from: 20000, rate: 0.015}]"


class Sharing(Section):
    """From where, and at which rate, a saving is shared.

    The threshold is by size, in brackets or by statistics. The size is the number of units (also when nothing is
    written) or of persons; a contract that counts a total is as large as its insured years. From `own_choice_from`
    on the party's own choice of a minimum counts, which comes as a figure.
    """

    minimum_savings: Parameter[Brackets] | None = agreed(
        "share of the target, by size", BRACKETS, default=None
    )
    statistical: Parameter[Statistical] | None = agreed(
        "confidence", "{z: 1.645, variation: 2.1, least: 0.01, most: 0.05}", default=None
    )
    sized_by: Parameter[Literal["units", "persons"]] | None = agreed("choice", "persons", default=None)
    own_choice_from: Parameter[Count] | None = agreed("size", "5000", default=None)
    starts_at: Parameter[Literal["first_euro", "above_threshold"]] = agreed("choice", "first_euro")
    gain_rate: Parameter[Share] = agreed("share of the saving", "0.50")


class Loss(Section):
    """The malus. A contract without this section is bonus only.

    The rate is `rate`, or the mirror of the gain (1 - gain rate x quality) within a floor and a ceiling. Without
    `minimum_loss` the threshold is that of a saving.
    """

    minimum_loss: Parameter[Brackets] | None = agreed(
        "share of the target, by size", "[{from: 0, rate: 0.02}]", default=None
    )
    rate: Parameter[Share] | None = agreed("share of the loss", "0.30", default=None)
    rate_floor: Parameter[Share] | None = agreed("share of the loss", "0.40", default=None)
    rate_ceiling: Parameter[Share] | None = agreed("share of the loss", "0.60", default=None)


class Deduction(Section):
    """What is kept back of the consortium's part of a gain; never of a loss."""

    of_gain: Parameter[Share] = agreed("share of the gain", "0.02")


class Limits(Section):
    """The most that is paid either way: of the target, and where agreed of the consortium's revenue.

    Where both are agreed, the smaller one holds.
    """

    cap: Parameter[Share] = agreed("share of the target", "0.10")
    collar: Parameter[Share] | None = agreed("share of the target", "0.05", default=None)
    cap_of_revenue: Parameter[Share] | None = agreed("share of the revenue", "0.10", default=None)
    collar_of_revenue: Parameter[Share] | None = agreed("share of the revenue", "0.08", default=None)


class CarryOver(Section):
    """What goes over into the next year of the term: a loss that was not shared, a gain above the cap."""

    unshared_loss: Parameter[Share] | None = agreed("share of the loss", "1", default=None)
    gain_above_cap: Parameter[Share] | None = agreed("share of what exceeds it", "1", default=None)


class Termination(Section):
    """What a party forfeits that leaves within the year."""

    gain: Parameter[Literal["kept", "forfeited"]] = agreed("choice", "forfeited")


class QualityPayment(Section):
    """A payment for quality on its own, whatever was saved: an amount per unit at full marks."""

    amount: Parameter[Positive] = agreed("EUR per unit", "12.50")
    minimum_score: Parameter[Share] | None = agreed("share of full marks", "0.50", default=None)


class Division(Section):
    """How the consortium divides its part among its members.

    Fixed shares, by the volume each delivered, or by what each contributed to the saving. Members who lose work
    can be compensated from a gain first. No member gets more than `member_cap` of what is divided, compensation
    included, nor bears more than that of a loss; what it cannot get goes to the others in the same proportions.
    Where all by whose share it goes are at the cap, `beyond_cap` says whether the members that have room get the
    rest, in equal parts (`other_members`, also when nothing is written), or the cap gives way (`cap_gives_way`).
    """

    method: Parameter[Literal["fixed", "by_volume", "by_contribution"]] = agreed("choice", "by_volume")
    shares: Parameter[SharesByMember] | None = agreed(
        "share by member", '{"06990001": 0.60, "06990002": 0.40}', default=None
    )
    members: Parameter[Annotated[tuple[MemberCode, ...], Field(min_length=1)]] | None = agreed(
        "members", '["06990001", "06990002"]', default=None
    )
    compensation: Parameter[Share] | None = agreed("share of the lost revenue", "0.50", default=None)
    member_cap: Parameter[Share] | None = agreed("share of what is divided", "0.60", default=None)
    beyond_cap: Parameter[Literal["other_members", "cap_gives_way"]] | None = agreed(
        "choice", "other_members", default=None
    )


class Provisional(Section):
    """What is paid in advance while something is still unknown; without this section, all of the provisional amount.

    What was paid is set off against the final amount, and the balance is a line.
    """

    advance: Parameter[Share] = agreed("share of the provisional amount", "0.80")


class Order(Section):
    """In which order rules are applied, where it is another than usual: which comes after which."""

    after: Parameter[Annotated[tuple[Precedence, ...], Field(min_length=1)]] = agreed(
        "rules, by their names on the statement", "[{rule: limited_share, after: deduction}]"
    )


class Fee(Section):
    """What the OCMO is paid, whatever the result: apart from the settlement, by an agreed key."""

    amount: Parameter[Positive] = agreed("EUR per year", "150000")
    key: Parameter[Annotated[dict[Code | Text, Share], Field(min_length=1)]] = agreed(
        "share by party", "{payer: 0.50, consortium: 0.50}"
    )
