"""Whatever the contract and the figures: a second settlement agrees, money is conserved, limits hold."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pipeline.contract.load import parse
from pipeline.errors import FiguresError
from pipeline.settlement import Statement, settle
from tests.oracles.contract_plainly import RefusedError
from tests.oracles.settlement_decimal import Paid, settle_plainly
from tests.whole_contracts import MOVING, YEAR, Case, cases, figures_from, text_of

HALF = Fraction(1, 2)
"""The one rounding, in cents."""
DIVIDING = ("shared_amount", *MOVING)
"""The rules between the saving and what is payable of it."""

many = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
some = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def engine(case: Case, **changed: Any) -> Statement:
    """What the engine makes of a case, with some figures changed."""
    values = {**case.values, **{(name.replace("__", ":"), YEAR): value for name, value in changed.items()}}
    return settle(case.contract, YEAR, figures_from(values, case.measured))


def as_plain(statement: Statement) -> Paid:
    """A statement as the second settlement tells it."""

    def value(rule: str) -> Any:
        return Decimal(0) if not statement.has(rule) else statement.line(rule).amount

    def parts(rule: str) -> dict[str, int]:
        return {line.result.subject: int(line.amount) for line in statement.lines if line.rule == rule}

    def forward(rule: str) -> Any:
        return statement.line(rule).amount if statement.has(rule) else None

    now = next((rule for rule in ("advance", "balance") if statement.has(rule)), None)
    return Paid(
        reason=statement.reason,
        target=value("target"),
        payable=statement.payable_cents,
        insurer_share=statement.insurer_share_cents,
        members=parts("member_share"),
        fee=parts("fee_share"),
        loss_forward=forward("loss_carried_forward"),
        gain_forward=forward("gain_carried_forward"),
        now=int(value(now)) if now else None,
        tranches=parts("late_tranche"),
    )


def near(one: Any, other: Any) -> bool:
    """Whether two exact amounts are one; the statistical minimum is a root, and exact to forty digits."""
    if one is None or other is None:
        return one is other
    return abs(Fraction(one) - Fraction(other)) < Fraction(1, 10**15)


@given(cases())
@many
def test_the_second_settlement_agrees_to_the_cent(case: Case) -> None:
    try:
        second = settle_plainly(case.text, YEAR, case.values, case.measured)
    except RefusedError:
        with pytest.raises(FiguresError):
            engine(case)
        return
    first = as_plain(engine(case))
    exact = ("target", "loss_forward", "gain_forward")
    assert {name: near(getattr(first, name), getattr(second, name)) for name in exact} == dict.fromkeys(
        exact, True
    )
    assert (
        first._replace(
            target=second.target, loss_forward=second.loss_forward, gain_forward=second.gain_forward
        )
        == second
    )


def settled(case: Case, **changed: Any) -> Statement:
    """As `engine`; a case that cannot be settled is no example."""
    try:
        return engine(case, **changed)
    except FiguresError:
        assume(False)
        raise


@given(cases())
@many
def test_every_cent_of_what_is_payable_is_a_members(case: Case) -> None:
    statement = settled(case)
    paid = as_plain(statement)
    if paid.members:
        assert sum(paid.members.values()) == statement.payable_cents
        assert all(part * statement.payable_cents >= 0 for part in paid.members.values())
        if case.terms.get("division.beyond_cap") != "cap_gives_way":
            most = Fraction(case.terms.get("division.member_cap", 1)) * abs(statement.payable_cents)
            assert all(abs(part) < most + 1 for part in paid.members.values() if part)
    if paid.fee:
        assert abs(sum(paid.fee.values()) - Fraction(case.terms["fee.amount"]) * 100) <= HALF


@given(cases())
@many
def test_from_the_saving_to_what_is_payable_no_rule_makes_money(case: Case) -> None:
    """Each rule takes what the one before it left, and leaves no more of it.

    Only gains of earlier years come on top, and a payment for quality beside.
    """
    statement = settled(case)
    savings = statement.line("savings").amount
    left = savings if statement.reason in ("gain", "loss") else Fraction(0)
    for line in (line for line in statement.lines if line.rule in DIVIDING):
        if line.rule != "consortium_share":  # whose second input it is
            assert line.inputs[0].amount == left
        else:
            assert line.inputs[1].amount == left
        if line.rule == "carried_gain":
            left += Fraction(case.values.get(("carried_gain_cents", YEAR), 0))
        else:
            assert abs(line.amount) <= abs(left)
            assert line.amount * left >= 0
            left = line.amount
        assert line.amount == left
    beside = statement.line("quality_payment").amount if statement.has("quality_payment") else 0
    assert abs(statement.payable_cents - left - beside) <= HALF


NOTHING_BETWEEN = dict.fromkeys(
    ("deduction", "carry_over", "adjustments", "order", "quality_payment", "limits__cap_of_revenue",
     "limits__collar_of_revenue")
)  # fmt: skip


@given(
    cases(
        **NOTHING_BETWEEN,
        sharing__starts_at="first_euro",
        limits__cap=Decimal(1),
        loss=None,
        limits__collar=None,
    )
)
@some
def test_without_limits_both_parties_get_their_exact_part(case: Case) -> None:
    """The rate of the saving is the consortium's and all the rest the insurer's; a loss of a bonus contract its own."""
    statement = settled(case)
    savings = statement.line("savings").amount
    rate = statement.line("gain_rate").amount if statement.reason == "gain" else Fraction(0)
    assume(savings <= statement.line("target").amount)
    assert abs(statement.payable_cents - rate * savings) <= HALF
    assert abs(statement.insurer_share_cents - (1 - rate) * savings) <= 2 * HALF


@given(cases(carry_over__unshared_loss=Decimal(1)))
@some
def test_an_open_loss_is_set_off_or_still_open(case: Case) -> None:
    statement = settled(case)
    before = Fraction(case.values.get(("carried_loss_cents", YEAR), 0))
    savings = statement.line("savings").amount
    new = max(-savings, Fraction(0)) if statement.reason in ("below_threshold", "bonus_only") else Fraction(0)
    came_off = Fraction(0)
    if statement.has("loss_set_off"):
        line = statement.line("loss_set_off")
        came_off = line.inputs[0].amount - line.amount
    assert statement.line("loss_carried_forward").amount == before + new - came_off


@given(cases(order__after=None, quality_payment__amount=None, quality_payment__minimum_score=None))
@many
def test_never_above_the_cap_nor_below_the_collar(case: Case) -> None:
    statement = settled(case)
    target, terms = statement.line("target").amount, case.contract.for_year(YEAR)
    assert statement.payable_cents <= Fraction(terms.limits_cap.value) * target + HALF
    collar = terms.limits_collar.value if terms.limits_collar else 0
    assert statement.payable_cents >= -Fraction(collar) * target - HALF
    revenue = Fraction(case.values["revenue_cents", YEAR])
    if terms.limits_cap_of_revenue:
        assert statement.payable_cents <= Fraction(terms.limits_cap_of_revenue.value) * revenue + HALF
    if terms.limits_collar_of_revenue:
        assert statement.payable_cents >= -Fraction(terms.limits_collar_of_revenue.value) * revenue - HALF


@given(
    cases(
        carry_over__gain_above_cap=None,
        order__after=None,
        quality_payment__amount=None,
        quality_payment__minimum_score=None,
    )
)
@some
def test_nobody_pays_for_a_gain_or_is_paid_for_a_loss(case: Case) -> None:
    statement = settled(case)
    savings = statement.line("savings").amount
    assert statement.payable_cents * savings >= 0
    assert abs(statement.payable_cents) <= abs(savings) + HALF


@given(cases(baseline__strata=None), st.integers(0, 10**9))
@many
def test_lower_cost_never_pays_less(case: Case, less: int) -> None:
    actual = int(case.values["actual_cents", YEAR])
    assert settled(case, actual_cents=actual - less).payable_cents >= settled(case).payable_cents


LEFT_OUT = (
    "quality", "access", "termination", "deduction", "carry_over", "quality_payment", "adjustments", "order",
    "division", "baseline__strata", "loss__minimum_loss", "loss__rate_floor", "loss__rate_ceiling",
    "limits__cap_of_revenue", "limits__collar_of_revenue",
)  # fmt: skip
MIRRORED: dict[str, Any] = {
    **dict.fromkeys(LEFT_OUT),
    "population__below_minimum": "nothing_shared",
    "sharing__gain_rate": Decimal("0.4"),
    "loss__rate": Decimal("0.4"),
    "limits__cap": Decimal("0.07"),
    "limits__collar": Decimal("0.07"),
}
"""A contract that is the same on both sides."""


@given(cases(**MIRRORED), st.integers(1, 10**10))
@some
def test_a_loss_mirrors_a_gain_where_the_contract_does(case: Case, apart: int) -> None:
    whole = case.values["insured_months", YEAR] * 1_000
    level = {"target_cents": whole} if case.terms["target.method"] == "stated" else {}
    target = settled(case, **level).line("target").amount
    assume(target.denominator == 1)
    gain, loss = (settled(case, actual_cents=int(target) - way * apart, **level) for way in (1, -1))
    assert loss.payable_cents == -gain.payable_cents
    assert (gain.reason, loss.reason) in {
        ("gain", "loss"), ("below_threshold", "below_threshold"), ("population_too_small", "population_too_small"),
    }  # fmt: skip


@given(
    cases(
        target__method="baseline",
        target__amount=None,
        adjustments__amounts=None,
        quality_payment=None,
        fee=None,
    ),
    st.integers(2, 7),
)
@some
def test_so_many_times_the_money_is_so_many_times_every_amount(case: Case, times: int) -> None:
    scaled = {
        key: value * times if key[0].partition(":")[0].endswith("_cents") else value
        for key, value in case.values.items()
    }
    once = settled(case)
    often = settle(case.contract, YEAR, figures_from(scaled, case.measured))
    assert often.reason == once.reason
    exact = [
        line
        for line in once.lines
        if line.part in ("target", "sharing") and line.result.unit.startswith("cents")
    ]
    assert exact
    for line in exact:
        assert often.line(line.rule, line.result.subject or None).amount == times * line.amount


@given(cases(), st.randoms(use_true_random=False))
@some
def test_the_order_of_figures_and_of_the_file_does_not_matter(case: Case, random: Any) -> None:
    values, sections = list(case.values.items()), list(case.raw.items())
    random.shuffle(values)
    random.shuffle(sections)
    contract = parse(text_of(dict(sections)), source="shuffled.yaml")
    figures = figures_from(dict(values), dict(reversed(case.measured.items())))
    try:
        lines = settle(contract, YEAR, figures).lines
    except FiguresError as error:
        with pytest.raises(FiguresError, match=str(error)[:40]):
            engine(case)
        return
    assert lines == engine(case).lines
