"""Which part of a saving or loss goes to the consortium: gates, what is shared, the rate, what is kept back.

Unless the contract orders otherwise: what is shared, rate, deduction, limit, relief, rounding. Amounts stay exact
until `payable`, where the one rounding is.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipeline.contract import Term
from pipeline.settlement.course import Agreed, Course, Rule, Rules
from pipeline.settlement.exact import exact
from pipeline.settlement.line import Line, Quantity

GATES = ("population_gate", "access_gate", "quality_gate", "termination_gate", "counting_result")


def rules(agreed: Agreed) -> Rules:
    """The gates, and the rules from the result to the consortium's part of it."""
    terms = agreed.terms
    forfeited = terms.termination_gain
    if forfeited is not None and forfeited.value == "forfeited":
        yield Rule("termination_gate", (), lambda at: _left(at, forfeited), (forfeited,))
    yield Rule("gates", GATES, _decide)
    starts_at = terms.sharing_starts_at

    def shared(at: Course) -> Line:
        name = "minimum_savings" if at.reason == "gain" else "minimum_loss"
        return shared_amount(at.value("savings"), Quantity(name, at.value(name), "cents"), starts_at)

    yield Rule("shared_amount", ("savings", "gates"), shared, (starts_at,), when="shared", moves=True)


def rate_rules(agreed: Agreed) -> Rules:
    """The rate on either side, the consortium's part at it, and what is kept back of a gain."""
    terms, full = agreed.terms, agreed.terms.sharing_gain_rate
    score = "no_quality_terms" if terms.quality_indicators is None else "counting_score"
    loss_score = "counting_score_for_loss"
    yield Rule(
        "gain_rate", (score, "gates"), lambda at: gain_rate(at.value(score), full), (full,), when="gain"
    )
    fixed, floor, ceiling = terms.loss_rate, terms.loss_rate_floor, terms.loss_rate_ceiling
    if fixed is not None:
        yield Rule("loss_rate", ("gates",), lambda at: fixed_loss_rate(fixed), (fixed,), when="loss")
    elif floor is not None and ceiling is not None:

        def mirrored(at: Course) -> Line:
            counting = at.value(loss_score if loss_score in at.results else score)
            return loss_rate(counting, full, floor, ceiling)

        needs = (score, loss_score, "gates")
        yield Rule("loss_rate", needs, mirrored, (full, floor, ceiling), when="loss")

    def part(at: Course) -> Line:
        rate = "gain_rate" if at.reason == "gain" else "loss_rate"
        used: tuple[Term[Decimal] | None, ...] = (full,) if rate == "gain_rate" else (fixed,)
        if rate == "loss_rate" and fixed is None:
            used = (full, floor, ceiling)
        unit = "share of the saving" if rate == "gain_rate" else "share of the loss"
        known = tuple(term for term in used if term is not None)
        return consortium_share(Quantity(rate, at.value(rate), unit), at.so_far(), known)

    yield Rule("consortium_share", ("gain_rate", "loss_rate"), part, (full,), when="shared", moves=True)
    kept = terms.deduction_of_gain
    if kept is not None:
        yield Rule(
            "deduction",
            ("gates",),
            lambda at: deduction(at.so_far(), kept),
            (kept,),
            when="gain",
            moves=True,
        )


def _left(at: Course, forfeited: Term[str]) -> Line:
    left = at.figures.amount("left_within_year", at.year)
    return termination_gate(left, forfeited, at.year)


def _decide(at: Course) -> None:
    """See which gate, if any, keeps the result from being shared."""
    at.reason = deciding_reason(
        at.outcome("counting_result"),
        at.outcome("population_gate"),
        at.outcome("access_gate"),
        at.outcome("quality_gate"),
        at.outcome("termination_gate"),
    )


def deciding_reason(result: str, population: str, access: str, quality: str, termination: str) -> str:
    """Why a result is shared or not: the gates in the order of a statement.

    Missing a quality minimum takes a gain away; a loss is still shared, at the rate of a zero score.
    """
    gain = result == "gain"
    if population == "nothing_shared" or (population == "no_bonus" and gain):
        return "population_too_small"
    if access == "nothing_shared" or (access == "no_gain" and gain):
        return "access_missed"
    if gain and quality != "met":
        return "quality_below_minimum"
    if gain and termination != "met":
        return "left_within_year"
    return result


def termination_gate(left: Fraction, forfeited: Term[str], year: int) -> Line:
    """Whether a party left within the year, which forfeits a gain."""
    return Line(
        "sharing",
        Quantity("termination_gate", "gain_forfeited" if left else "met", "outcome"),
        (Quantity("left_within_year", left, "yes (1) or no (0)", str(year)),),
        (forfeited,),
        "consortium",
    )


def shared_amount(savings: Fraction, limit: Quantity, starts_at: Term[str]) -> Line:
    """What is divided: all of the result, or what exceeds the threshold. Signed as savings are."""
    amount = savings
    if starts_at.value == "above_threshold":
        amount = savings - limit.amount if savings >= 0 else savings + limit.amount
    return Line(
        "sharing",
        Quantity("shared_amount", amount, "cents"),
        (Quantity("savings", savings, "cents"), limit),
        (starts_at,),
        "shared",
    )


def gain_rate(score: Fraction, agreed: Term[Decimal]) -> Line:
    """The consortium's part of a saving: the agreed rate at full quality, less in proportion below it.

    Without quality terms the score is full, so that the rate is the agreed one.
    """
    return Line(
        "sharing",
        Quantity("gain_rate", exact(agreed.value) * score, "share of the saving"),
        (Quantity("counting_score", score, "share of full marks"),),
        (agreed,),
        "consortium",
    )


def loss_rate(score: Fraction, agreed: Term[Decimal], floor: Term[Decimal], ceiling: Term[Decimal]) -> Line:
    """The consortium's part of a loss: one minus what it would get of a saving, within bounds.

    The mirror of the gain, as in the two-sided tracks of 42 CFR 425: better quality softens a loss.
    """
    mirrored = 1 - exact(agreed.value) * score
    return Line(
        "sharing",
        Quantity(
            "loss_rate",
            min(max(mirrored, exact(floor.value)), exact(ceiling.value)),
            "share of the loss",
        ),
        (Quantity("counting_score", score, "share of full marks"),),
        (agreed, floor, ceiling),
        "consortium",
    )


def fixed_loss_rate(agreed: Term[Decimal]) -> Line:
    """The consortium's part of a loss where quality does not soften it."""
    return Line(
        "sharing",
        Quantity("loss_rate", exact(agreed.value), "share of the loss"),
        (),
        (agreed,),
        "consortium",
    )


def consortium_share(rate: Quantity, amount: Quantity, terms: tuple[Term[Any], ...]) -> Line:
    """The consortium's part before limits; negative when it bears a loss."""
    return Line(
        "sharing",
        Quantity("consortium_share", rate.amount * amount.amount, "cents"),
        (rate, amount),
        terms,
        "consortium",
    )


def deduction(amount: Quantity, kept: Term[Decimal]) -> Line:
    """What is left of a gain after the agreed part is kept back."""
    return Line(
        "sharing",
        Quantity("deduction", amount.amount * (1 - exact(kept.value)), "cents"),
        (amount,),
        (kept,),
        "consortium",
    )
