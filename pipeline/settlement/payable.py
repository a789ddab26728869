"""What is paid, in whole cents: here is the one rounding. Then what is paid now of it, while something is unknown."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from pipeline.contract import Term
from pipeline.contract.terms import CENTS_PER_EURO
from pipeline.money import round_cents
from pipeline.settlement.course import Agreed, Course, Rule, Rules
from pipeline.settlement.exact import exact
from pipeline.settlement.line import Line, Quantity
from pipeline.settlement.units import CountedUnit


def rules(agreed: Agreed, moving: tuple[str, ...]) -> Rules:
    """The quality payment, what is payable, what the insurer keeps, and what is paid now; `moving` come before."""
    quality = agreed.terms.quality_payment_amount
    if quality is not None:
        yield _quality_payment(agreed, quality)
    beside = ("quality_payment",) if quality else ()

    def due(at: Course) -> Line:
        extra = Quantity("quality_payment", at.value("quality_payment"), "cents") if quality else None
        return payable(at.so_far(), extra, at.reason)

    yield Rule("payable", ("gates", *moving, *beside), due)
    yield Rule(
        "insurer_share",
        ("savings", "payable"),
        lambda at: insurer_share(at.value("savings"), int(at.value("payable"))),
    )
    part = agreed.terms.provisional_advance
    if part is not None or agreed.terms.quality_while_unknown is not None:
        yield Rule("advance", ("payable",), lambda at: _now(at, part), (part,))


def _quality_payment(agreed: Agreed, amount: Term[Decimal]) -> Rule:
    minimum, unit = agreed.terms.quality_payment_minimum_score, agreed.unit

    def apply(at: Course) -> Line:
        score = at.value("quality_score") if "quality_score" in at.results else Fraction(1)
        units = at.value(unit.count) if unit.figure else Fraction(1)
        return quality_payment(score, units, unit, amount, minimum)

    return Rule("quality_payment", ("quality_score", unit.count), apply, (amount, minimum))


def _now(at: Course, part: Term[Decimal] | None) -> Line | None:
    """What is paid now of a provisional amount, or still to pay of a final one.

    Without an agreed advance all of a provisional amount is paid, and there is no line of its own.
    """
    whole, year = int(at.value("payable")), at.year
    if at.provisional:
        return None if part is None else advance(whole, part)
    if at.figures.has("paid_provisionally_cents", year):
        return balance(whole, at.figures.amount("paid_provisionally_cents", year), part)
    return None


def quality_payment(
    score: Fraction, units: Fraction, unit: CountedUnit, amount: Term[Decimal], minimum: Term[Decimal] | None
) -> Line:
    """A payment for quality on its own: an amount per unit in proportion to the score, from a minimum on."""
    counts = minimum is None or score >= minimum.value
    cents = exact(amount.value) * CENTS_PER_EURO * units * score if counts else Fraction(0)
    return Line(
        "quality",
        Quantity("quality_payment", cents, "cents"),
        (Quantity("quality_score", score, "share of full marks"), Quantity(unit.count, units, unit.unit)),
        (amount, *((minimum,) if minimum else ())),
        "consortium",
    )


def payable(share: Quantity, beside: Quantity | None, reason: str) -> Line:
    """What is paid, in whole cents: the only rounding. Positive: the insurer pays; negative: the consortium.

    `reason` is why it is what it is: `gain`, `loss`, or the gate that was not met.
    """
    whole = share.amount if beside is None else share.amount + beside.amount
    return Line(
        "payable",
        Quantity("payable", round_cents(whole), "cents"),
        (share, *((beside,) if beside else ()), Quantity("reason", reason, "outcome")),
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


def advance(whole: int, part: Term[Decimal]) -> Line:
    """What is paid now while the settlement is provisional."""
    return Line(
        "payable",
        Quantity("advance", round_cents(exact(part.value) * whole), "cents"),
        (Quantity("payable", whole, "cents"),),
        (part,),
        "shared",
    )


def balance(whole: int, paid: Fraction, part: Term[Decimal] | None) -> Line:
    """What is still to pay of the final amount after what was paid provisionally; negative is paid back."""
    return Line(
        "payable",
        Quantity("balance", round_cents(whole - paid), "cents"),
        (Quantity("payable", whole, "cents"), Quantity("paid_provisionally_cents", paid, "cents")),
        (part,) if part else (),
        "shared",
    )
