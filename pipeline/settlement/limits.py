"""The most that is paid either way: a cap on a gain and a collar on a loss, of the target or of revenue.

Where a limit of revenue is agreed beside that of the target, the smaller one holds. Where revenue is known not to
be published, the limit of the target stands alone and the statement says so.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from pipeline.contract import Term
from pipeline.settlement.course import Agreed, Course, Rule, Rules
from pipeline.settlement.exact import exact
from pipeline.settlement.line import Line, Quantity

REVENUE_UNKNOWN = "limit_of_revenue_unknown"
"""The note that a limit of revenue is agreed but revenue is not published."""


def rules(agreed: Agreed) -> Rules:
    """The limit of a year's amount, and what a cap cut off where that is carried over."""
    terms = agreed.terms
    over, carried = terms.limits_cap_of_revenue, terms.carry_over_gain_above_cap

    def limited(at: Course) -> Line:
        bound, terms_used = _bound(at, agreed)
        return limited_share(at.so_far(), bound, at.value("target"), _revenue(at, agreed), terms_used)

    yield Rule(
        "limited_share",
        ("target", "gates"),
        limited,
        (terms.limits_cap, terms.limits_collar),
        when="shared",
        moves=True,
    )
    if carried is not None:

        def above(at: Course) -> Line:
            return gain_above_cap(at.line("limited_share"))

        yield Rule("gain_above_cap", ("limited_share", "gates"), above, (terms.limits_cap, over), when="gain")


def _limit_terms(at: Course, agreed: Agreed) -> tuple[Term[Decimal], Term[Decimal] | None]:
    terms = agreed.terms
    if at.amount < 0 and terms.limits_collar is not None:
        return terms.limits_collar, terms.limits_collar_of_revenue
    return terms.limits_cap, terms.limits_cap_of_revenue


def _bound(at: Course, agreed: Agreed) -> tuple[Fraction, tuple[Term[Decimal], ...]]:
    """The limit in cents and the terms it rests on."""
    of_target, of_revenue = _limit_terms(at, agreed)
    bound = exact(of_target.value) * at.value("target")
    if of_revenue is None:
        return bound, (of_target,)
    revenue = _revenue(at, agreed)
    if revenue is None:
        if REVENUE_UNKNOWN not in at.notes:
            at.notes.append(REVENUE_UNKNOWN)
        return bound, (of_target,)
    return min(bound, exact(of_revenue.value) * revenue), (of_target, of_revenue)


def _revenue(at: Course, agreed: Agreed) -> Fraction | None:
    """The consortium's revenue where a limit asks for it; None too where it is not published."""
    _, of_revenue = _limit_terms(at, agreed)
    if of_revenue is None or "revenue_cents" in at.figures.unpublished:
        return None
    return at.figures.amount("revenue_cents", at.year)


def limited_share(
    share: Quantity,
    bound: Fraction,
    target: Fraction,
    revenue: Fraction | None,
    terms: tuple[Term[Decimal], ...],
) -> Line:
    """The share within its limit: the cap for a gain, the collar for a loss."""
    amount = share.amount
    limited = min(amount, bound) if amount.numerator >= 0 else max(amount, -bound)
    measured = () if revenue is None else (Quantity("revenue_cents", revenue, "cents"),)
    return Line(
        "sharing",
        Quantity("limited_share", limited, "cents"),
        (share, Quantity("limit", bound, "cents"), Quantity("target", target, "cents"), *measured),
        terms,
        "insurer",
    )


def gain_above_cap(limited: Line) -> Line:
    """What the cap cut off a gain: off the amount that the contract's order limits."""
    share, bound = limited.inputs[:2]
    return Line(
        "sharing",
        Quantity("gain_above_cap", share.amount - limited.amount, "cents"),
        (share, bound),
        limited.parameters,
        "consortium",
    )
