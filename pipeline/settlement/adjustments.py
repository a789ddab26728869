"""Causes that parties agreed to correct for: care that moved out, prices, new drugs, sums, disasters.

Only what is agreed is corrected, each as a line of its own. Price effects and new drugs move the target, so that
nobody at the table bears what nobody there controls (requirement DC 9); care that moved out of the domain counts
against the saving (DC 6); a disaster relieves a loss.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from pipeline.contract import Term
from pipeline.contract.terms import CENTS_PER_EURO
from pipeline.contract.values import AgreedAmount
from pipeline.settlement.course import Agreed, Course, Rule, Rules
from pipeline.settlement.exact import exact
from pipeline.settlement.line import Line, Quantity


def care_moved_out_rules(agreed: Agreed) -> Rules:
    """What care outside the domain cost more than expected there, when that counts."""
    share, year = agreed.terms.adjustments_care_moved_out, agreed.year
    if share is not None:

        def apply(at: Course) -> Line:
            actual, expected = (
                at.figures.amount(f"moved_out_{each}_cents", year) for each in ("actual", "expected")
            )
            return care_moved_out(actual, expected, share, year)

        yield Rule("care_moved_out", (), apply, (share,))


def moving_the_target(agreed: Agreed) -> tuple[Rule, ...]:
    """The adjustments that move the target, in the order of the contract's section."""
    terms, year = agreed.terms, agreed.year
    made = []
    for rule, figure, share in (
        ("price_effect", "price_effect_cents", terms.adjustments_price),
        ("new_drugs", "new_drug_cents", terms.adjustments_new_drug),
    ):
        if share is not None:
            made.append(_by_share(rule, figure, share, year))
    amounts = terms.adjustments_amounts
    for item in amounts.value if amounts else ():
        made.append(_by_amount(item, amounts, year))
    return tuple(made)


def _by_share(rule: str, figure: str, share: Term[Decimal], year: int) -> Rule:
    def apply(at: Course) -> Line:
        return moved_by(rule, Quantity(figure, at.figures.amount(figure, year), "cents", str(year)), share)

    return Rule(rule, (), apply, (share,))


def _by_amount(item: AgreedAmount, amounts: Term[tuple[AgreedAmount, ...]] | None, year: int) -> Rule:
    line = agreed_amount(item, (amounts,) if amounts else ())
    return Rule(f"agreed_adjustment:{item.id}", (), lambda at: line, (amounts,))


def care_moved_out(actual: Fraction, expected: Fraction, share: Term[Decimal], year: int) -> Line:
    """The agreed part of what care that moved out of the domain cost more (negative: less) than expected there."""
    subject = str(year)
    return Line(
        "target",
        Quantity("care_moved_out", exact(share.value) * (actual - expected), "cents", subject),
        (
            Quantity("moved_out_actual_cents", actual, "cents", subject),
            Quantity("moved_out_expected_cents", expected, "cents", subject),
        ),
        (share,),
        "consortium",
    )


def moved_by(rule: str, measured: Quantity, share: Term[Decimal]) -> Line:
    """The agreed part of a measured effect, by which the target moves."""
    cents = exact(share.value) * measured.amount
    return Line("target", Quantity(rule, cents, "cents", measured.subject), (measured,), (share,), "insurer")


def agreed_amount(item: AgreedAmount, terms: tuple[Term[tuple[AgreedAmount, ...]], ...]) -> Line:
    """A sum by which the parties agreed to move the target."""
    cents = exact(item.amount) * CENTS_PER_EURO
    return Line("target", Quantity("agreed_adjustment", cents, "cents", item.id), (), terms, "shared")


def adjusted_target(at: Course, before: str, causes: tuple[str, ...], year: int) -> Line:
    """The target after all adjustments: the sum of its lines."""
    items = [(rule.partition(":"), at.value(rule)) for rule in causes]
    whole = at.value(before)
    return Line(
        "target",
        Quantity("target", whole + sum((value for _, value in items), Fraction(0)), "cents", str(year)),
        (
            Quantity(before, whole, "cents", str(year)),
            *(Quantity(name, value, "cents", subject or str(year)) for (name, _, subject), value in items),
        ),
        (),
        "shared",
    )


def relief_rules(agreed: Agreed) -> Rules:
    """What a disaster takes off a loss, when that is agreed."""
    how, year = agreed.terms.adjustments_disaster, agreed.year
    if how is not None:
        figure = "disaster_relief_cents" if how.value == "amount" else "disaster_share"

        def apply(at: Course) -> Line:
            unit = "cents" if how.value == "amount" else "share"
            measured = Quantity(figure, at.figures.amount(figure, year), unit, str(year))
            return disaster_relief(at.so_far(), measured, how)

        yield Rule("disaster_relief", ("savings",), apply, (how,), when="loss", moves=True)


def disaster_relief(loss: Quantity, measured: Quantity, how: Term[str]) -> Line:
    """A loss after relief, as a sum or as a part of the loss; never more than the loss itself."""
    borne, off = loss.amount, measured.amount
    left = borne + off if how.value == "amount" else borne * (1 - min(off, Fraction(1)))
    return Line(
        "sharing",
        Quantity("disaster_relief", min(left, Fraction(0)), "cents"),
        (loss, measured),
        (how,),
        "insurer",
    )
