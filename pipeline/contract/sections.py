"""The sections of a contract from which target and quality follow, and what each may hold.

Those that say whose care and which care it is about are in `scope`, those about shares in `shares`. Every parameter
names its unit and an example, because an error must be good enough to mend the file from it alone.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.contract.parameter import Number, Parameter, Share, agreed, between
from pipeline.contract.scope import Codes, Year
from pipeline.contract.section import Section
from pipeline.contract.values import (
    AgreedAmount,
    Brackets,
    Growth,
    Indicator,
    Positive,
    QualityGate,
    Requirement,
)

TrendKind = Literal["agreed", "benchmark", "national"]


class Valuation(Section):
    """At which amount a claim counts. Awarded falls back on declared where the source has no decision."""

    basis: Parameter[Literal["declared", "awarded"]] = agreed("choice", "awarded")


class Truncation(Section):
    """Up to which amount the cost of one person in one year counts."""

    ceiling: Parameter[Annotated[int, between("1")]] = agreed("EUR per person and year", "100000")


class CaseMix(Section):
    """How populations are made comparable: cells and the way of standardising, or a risk score.

    The standard is the comparison group's cost per cell in the settlement year (`indirect`), or the contracted
    population's own in the last baseline year (`own`). A risk score comes as a figure. `coding_cap` is the most by
    which the part of the case mix that depends on coding may rise. Demography is never capped: the insurer keeps the
    risk of the population's composition (requirement DC 4).
    """

    model: Parameter[Literal["indirect", "own", "score"]] = agreed("choice", "indirect")
    cells: Parameter[tuple[Literal["sex"], Literal["age_class"]]] | None = agreed(
        "risk factors", "[sex, age_class]", default=None
    )
    age_bounds: (
        Parameter[Annotated[tuple[Annotated[int, between("0", "120")], ...], Field(min_length=1)]] | None
    ) = agreed("age in years", "[0, 18, 45, 65, 75]", default=None)
    coding_cap: Parameter[Share] | None = agreed("share of growth", "0.03", default=None)


class Target(Section):
    """Where the target comes from. Without this section: from the baseline years.

    `agreed` is an amount per unit; `stated` is set by somebody else and comes as a figure. The path asks a part of
    the target, by effective date a little less each year. A baseline year is the standard of a new term when an
    old one ends: what was realised in it, and of what was earned in it the part that `kept_savings` leaves.
    """

    method: Parameter[Literal["baseline", "agreed", "stated"]] | None = agreed(
        "choice", "agreed", default=None
    )
    amount: Parameter[Positive] | None = agreed("EUR per unit", "5400", default=None)
    path: Parameter[Annotated[Number, between("0.5", "1.5")]] | None = agreed(
        "share of the target", "0.98", default=None
    )


class Baseline(Section):
    """Which years before the contract the target rests on, and how much each weighs.

    With strata, each kind of person has figures of its own, and the strata are mixed as the settlement year's
    population is. `kept_savings` is the part of what was earned in a baseline year that stays in it (rebasing).
    """

    weights: Parameter[Annotated[dict[Year, Share], Field(min_length=1)]] = agreed(
        "share by year", "{2022: 0.10, 2023: 0.30, 2024: 0.60}"
    )
    strata: Parameter[Codes] | None = agreed("strata", "[copd, other]", default=None)
    kept_savings: Parameter[Share] | None = agreed("share of what was earned", "0.50", default=None)


class Trend(Section):
    """How cost is brought from a baseline year to the settlement year.

    `national` follows a published index; `blend` weighs several kinds of trend against one another.
    """

    method: Parameter[Literal["agreed", "benchmark", "national", "blend"]] = agreed("choice", "agreed")
    growth: Parameter[Growth] | None = agreed("share per year", "0.03", default=None)
    blend: Parameter[Annotated[dict[TrendKind, Share], Field(min_length=1)]] | None = agreed(
        "share by kind of trend", "{agreed: 0.50, benchmark: 0.50}", default=None
    )


class Adjustments(Section):
    """Causes for which target or actual cost are corrected, each only where it is agreed.

    Care that moved out of the domain counts against the saving: what it cost there minus what was expected. The
    effect of prices and the cost of new drugs move the target. A disaster relieves a loss.
    """

    care_moved_out: Parameter[Share] | None = agreed("share of the difference", "1", default=None)
    price: Parameter[Share] | None = agreed("share of the effect", "1", default=None)
    new_drug: Parameter[Share] | None = agreed("share of the cost", "1", default=None)
    amounts: Parameter[Annotated[tuple[AgreedAmount, ...], Field(min_length=1)]] | None = agreed(
        "EUR", "[{id: nurse, name: District nurse, amount: 120000}]", default=None
    )
    disaster: Parameter[Literal["amount", "share_of_loss"]] | None = agreed("choice", "amount", default=None)


class Quality(Section):
    """What is measured, what each indicator weighs, and what is needed for a gain.

    Either `minimum_score`, or `gates`, of which the first that is met decides. `share_by` says how the score turns
    into a part of the rate. A contract without this section shares a saving at the full rate.
    """

    indicators: Parameter[Annotated[tuple[Indicator, ...], Field(min_length=1)]] = agreed(
        "indicators",
        "[{id: complication_ratio, name: Complications, weight: 1, floor: 1.10, goal: 0.80, "
        "direction: lower_is_better}]",
    )
    minimum_score: Parameter[Share] | None = agreed("share of full marks", "0.40", default=None)
    share_by: Parameter[Literal["linear", "brackets", "full"]] | None = agreed(
        "choice", "linear", default=None
    )
    share_brackets: Parameter[Brackets] | None = agreed(
        "share of the full rate, by score",
        "[{from: 0, below: 0.4, rate: 0}, {from: 0.4, rate: 1}]",
        default=None,
    )
    gates: Parameter[Annotated[tuple[QualityGate, ...], Field(min_length=1)]] | None = agreed(
        "gates, of which the first that is met decides",
        "[{id: standard, name: Standard, at_least: 0.70, gain: full}, "
        "{id: alternative, name: Alternative, at_least: 0.40, gain: linear}]",
        default=None,
    )
    while_unknown: Parameter[Literal["floor", "goal"]] | None = agreed("choice", "floor", default=None)


class Access(Section):
    """The least that patients may expect of access, and what is lost when it is missed."""

    requirements: Parameter[Annotated[tuple[Requirement, ...], Field(min_length=1)]] = agreed(
        "requirements", "[{id: waiting, name: Waiting time, indicator: waiting_days, at_most: 28}]"
    )
    if_missed: Parameter[Literal["no_gain", "nothing_shared"]] = agreed("choice", "no_gain")
