"""Thresholds, shares and limits: which part of a saving or loss goes to the consortium.

A result counts from its threshold on, the threshold itself included. The order is: gates, what is shared,
rate, limit, rounding. Amounts stay exact until `payable`, where the one rounding is.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from pipeline.contract import Term
from pipeline.contract.values import Brackets, rate_at
from pipeline.money import round_cents
from pipeline.settlement.line import Line, Quantity

Tiers = Term[Brackets]


def threshold(name: str, target: Fraction, years: Fraction, brackets: Tiers) -> Line:
    """The saving (`minimum_savings`) or loss (`minimum_loss`) from which a result counts."""
    rate = rate_at(brackets.value, years)
    return Line(
        "sharing",
        Quantity(name, Fraction(rate) * target, "cents"),
        (
            Quantity("rate", rate, "share of the target"),
            Quantity("target", target, "cents"),
            Quantity("insured_years", years, "insured years"),
        ),
        (brackets,),
        "shared",
    )


def counting_result(savings: Fraction, least: Line, most: Line | None) -> Line:
    """Whether a gain or a loss counts: `gain`, `loss`, `below_threshold` or `bonus_only`.

    `least` is the line of the minimum saving, `most` of the minimum loss, None when no malus is agreed.
    """
    if savings >= 0:
        limit: Line | None = least
        outcome = "gain" if savings >= least.amount else "below_threshold"
    else:
        limit = most
        outcome = "bonus_only" if most is None else "loss" if -savings >= most.amount else "below_threshold"
    return Line(
        "sharing",
        Quantity("counting_result", outcome, "outcome"),
        (Quantity("savings", savings, "cents"), *((limit.result,) if limit else ())),
        (limit or least).parameters,
        "shared",
    )


def obstacle(result: str, population: str, quality: str) -> str | None:
    """Why nothing is divided, or None: the gates in the order of their clauses.

    Missing the quality minimum takes a gain away; a loss is still shared, at the rate of a zero score.
    """
    if population == "nothing_shared" or (population == "no_bonus" and result == "gain"):
        return "population_too_small"
    if result == "gain" and quality != "met":
        return "quality_below_minimum"
    return None if result in ("gain", "loss") else result


def shared_amount(savings: Fraction, limit: Line, starts_at: Term[str]) -> Line:
    """What is divided: all of the result, or what exceeds the threshold. Signed as savings are."""
    beyond = Fraction(0) if starts_at.value == "first_euro" else limit.amount
    amount = savings - beyond if savings >= 0 else savings + beyond
    return Line(
        "sharing",
        Quantity("shared_amount", amount, "cents"),
        (Quantity("savings", savings, "cents"), limit.result),
        (starts_at,),
        "shared",
    )


def gain_rate(score: Fraction, agreed: Term[Decimal]) -> Line:
    """The consortium's part of a saving: the agreed rate at full quality, less in proportion below it.

    Without quality terms the score is full, so that the rate is the agreed one.
    """
    return Line(
        "sharing",
        Quantity("gain_rate", Fraction(agreed.value) * score, "share of the saving"),
        (Quantity("counting_score", score, "share of full marks"),),
        (agreed,),
        "consortium",
    )


def loss_rate(score: Fraction, agreed: Term[Decimal], floor: Term[Decimal], ceiling: Term[Decimal]) -> Line:
    """The consortium's part of a loss: one minus what it would get of a saving, within bounds.

    The mirror of the gain, as in the two-sided tracks of 42 CFR 425: better quality softens a loss.
    """
    mirrored = 1 - Fraction(agreed.value) * score
    return Line(
        "sharing",
        Quantity(
            "loss_rate",
            min(max(mirrored, Fraction(floor.value)), Fraction(ceiling.value)),
            "share of the loss",
        ),
        (Quantity("counting_score", score, "share of full marks"),),
        (agreed, floor, ceiling),
        "consortium",
    )


def consortium_share(rate: Line, amount: Fraction) -> Line:
    """The consortium's part before limits; negative when it bears a loss."""
    return Line(
        "sharing",
        Quantity("consortium_share", rate.amount * amount, "cents"),
        (rate.result, Quantity("shared_amount", amount, "cents")),
        rate.parameters,
        "consortium",
    )


def limited_share(share: Fraction, target: Fraction, limit: Term[Decimal]) -> Line:
    """The share within its limit: the cap for a gain, the collar for a loss, as a share of the target."""
    bound = Fraction(limit.value) * target
    return Line(
        "sharing",
        Quantity("limited_share", max(min(share, bound), -bound), "cents"),
        (
            Quantity("consortium_share", share, "cents"),
            Quantity("limit", bound, "cents"),
            Quantity("target", target, "cents"),
        ),
        (limit,),
        "insurer",
    )


def payable(share: Fraction, reason: str) -> Line:
    """What is paid, in whole cents: the only rounding. Positive: the insurer pays; negative: the consortium.

    `reason` is why it is what it is: `gain`, `loss`, or the gate that was not met.
    """
    return Line(
        "payable",
        Quantity("payable", round_cents(share), "cents"),
        (Quantity("limited_share", share, "cents"), Quantity("reason", reason, "outcome")),
        (),
        "shared",
    )


def insurer_share(savings: Fraction, paid: int) -> Line:
    """What the insurer keeps of the saving, or bears of the loss: the rest, so that both add up exactly."""
    whole = round_cents(savings)
    return Line(
        "payable",
        Quantity("insurer_share", whole - paid, "cents"),
        (Quantity("savings", whole, "cents"), Quantity("payable", paid, "cents")),
        (),
        "insurer",
    )
