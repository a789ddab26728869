"""What goes from one year of the term into the next: a loss that was not shared, a gain above the cap.

A carried loss is set off against what a later year would share; a carried gain is paid as far as that year's cap
leaves room. What is still open at the end of the term lapses.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from pipeline.contract import Term
from pipeline.errors import FiguresError
from pipeline.settlement.course import Agreed, Course, Rule, Rules
from pipeline.settlement.exact import exact
from pipeline.settlement.line import Line, Quantity

UNSHARED = ("below_threshold", "bonus_only")
"""Reasons for which a loss was not shared, so that it can be carried over."""


def loss_rules(agreed: Agreed) -> Rules:
    """Setting off what earlier years lost."""
    part = agreed.terms.carry_over_unshared_loss
    if part is not None:
        yield Rule(
            "loss_set_off",
            ("gates",),
            lambda at: loss_set_off(at.so_far(), _open(at, agreed, "carried_loss_cents"), part),
            (part,),
            when="gain",
            moves=True,
        )


def gain_rules(agreed: Agreed) -> Rules:
    """Adding what earlier years' caps cut off."""
    part = agreed.terms.carry_over_gain_above_cap
    if part is not None:
        yield Rule(
            "carried_gain",
            ("gates",),
            lambda at: carried_gain(at.so_far(), _open(at, agreed, "carried_gain_cents"), part),
            (part,),
            when="gain",
            moves=True,
        )


def forward_rules(agreed: Agreed) -> Rules:
    """What the next year of the term takes in."""
    loss, gain = agreed.terms.carry_over_unshared_loss, agreed.terms.carry_over_gain_above_cap
    if loss is not None:

        def losses(at: Course) -> Line:
            before = _open(at, agreed, "carried_loss_cents")
            used = _taken(at.line("loss_set_off")) if at.reason == "gain" else Fraction(0)
            new = max(-at.value("savings"), Fraction(0)) if at.reason in UNSHARED else Fraction(0)
            return loss_carried_forward(before, used, new, loss)

        yield Rule("loss_carried_forward", ("savings", "loss_set_off", "gates"), losses, (loss,))
    if gain is not None:

        def gains(at: Course) -> Line:
            if at.reason != "gain":
                return gain_carried_forward(_open(at, agreed, "carried_gain_cents"), Fraction(0), gain)
            return gain_carried_forward(Fraction(0), at.value("gain_above_cap"), gain)

        yield Rule("gain_carried_forward", ("gain_above_cap", "gates"), gains, (gain,))


def _taken(set_off: Line) -> Fraction:
    """How much of the open loss came off: off whichever amount the contract's order sets it against."""
    return set_off.inputs[0].amount - set_off.amount


def _open(at: Course, agreed: Agreed, figure: str) -> Fraction:
    """What is still open of earlier years; in the first year of the term nothing is.

    Raises:
        FiguresError: when a later year is settled without it: taken for nothing it would be money lost unseen.
    """
    first = agreed.contract.years[0]
    if at.figures.has(figure, at.year):
        return at.figures.amount(figure, at.year)
    if at.year == first:
        return Fraction(0)
    raise FiguresError(
        f"There is no '{figure}' of {at.year}: what the years before it left to carry over is not known",
        where=at.figures.where,
        remedy=f"It stands on the statement of {at.year - 1}: give it with the figures, 0 when nothing is open.",
    )


def loss_set_off(amount: Quantity, carried: Fraction, part: Term[Decimal]) -> Line:
    """What is left to share after earlier losses are set off; never below zero."""
    left = max(amount.amount - carried, Fraction(0))
    return Line(
        "sharing",
        Quantity("loss_set_off", left, "cents"),
        (amount, Quantity("carried_loss_cents", carried, "cents")),
        (part,),
        "consortium",
    )


def carried_gain(amount: Quantity, carried: Fraction, part: Term[Decimal]) -> Line:
    """The amount with what earlier years' caps cut off."""
    return Line(
        "sharing",
        Quantity("carried_gain", amount.amount + carried, "cents"),
        (amount, Quantity("carried_gain_cents", carried, "cents")),
        (part,),
        "insurer",
    )


def loss_carried_forward(before: Fraction, used: Fraction, new: Fraction, part: Term[Decimal]) -> Line:
    """Losses still to be set off: what was open, less what this year's gain took, and the agreed part of a new one."""
    still = max(before - used, Fraction(0)) + exact(part.value) * new
    return Line(
        "payable",
        Quantity("loss_carried_forward", still, "cents"),
        (
            Quantity("carried_loss_cents", before, "cents"),
            Quantity("used_cents", min(used, before), "cents"),
            Quantity("unshared_loss_cents", new, "cents"),
        ),
        (part,),
        "consortium",
    )


def gain_carried_forward(before: Fraction, above: Fraction, part: Term[Decimal]) -> Line:
    """Gains still to be paid: the agreed part of what the cap cut off this year, or what was open before."""
    return Line(
        "payable",
        Quantity("gain_carried_forward", before + exact(part.value) * above, "cents"),
        (
            Quantity("carried_gain_cents", before, "cents"),
            Quantity("gain_above_cap", above, "cents"),
        ),
        (part,),
        "insurer",
    )
