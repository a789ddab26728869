"""Settle one contract year, or all years of a term: apply the contract's rules; their lines are the statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from pipeline.contract import Contract
from pipeline.contract.values import Indicator
from pipeline.contract.versions import Versions
from pipeline.errors import FiguresError
from pipeline.settlement.course import Course
from pipeline.settlement.figures import Figure, Figures
from pipeline.settlement.line import Line, Quantity
from pipeline.settlement.plan import Plan, plan
from pipeline.settlement.statement import State, Statement

QUALITY_UNKNOWN = "quality_unknown"
"""The note that an indicator is not known yet, so that the settlement is provisional."""

LATE_QUALITY = "late_quality"
"""The note that an indicator is known only later, as was planned; what hangs on it is a tranche."""

CARRIED = {
    "loss_carried_forward": "carried_loss_cents",
    "gain_carried_forward": "carried_gain_cents",
}
"""By rule: the figure under which the next year of the term takes its result in."""


def settle(contract: Contract, year: int, figures: Figures, *, state: State = "draft") -> Statement:
    """The statement of a contract year.

    An indicator that is not known yet makes the settlement provisional where the contract agrees on that; one that
    is late by plan counts at its floor, and what it may still add is a tranche.

    Raises:
        ContractValueError: when the year is outside the contract's term.
        FiguresError: when a figure is missing, of another contract or year, or gives no target.
    """
    if (figures.contract_id, figures.year) != (contract.id, year):
        raise FiguresError(
            f"These are the figures of contract {figures.contract_id} for {figures.year}, "
            f"not of {contract.id} for {year}",
            remedy=f"Run the nightly pipeline for contract {contract.id}, or settle the year of the figures.",
        )
    rules = plan(contract, year)
    unknown = _unknown(rules, figures)
    awaited = tuple(item.id for item in unknown if not item.late)
    course = rules.settle(figures, _assumed(rules, unknown), provisional=bool(awaited))
    agreed = rules.terms.quality_indicators
    return Statement(
        contract=contract,
        year=year,
        state=state,
        lines=(*course.lines, *_tranches(rules, figures, course, unknown)),
        indicators={
            item.id: figures.indicators[item.id]
            for item in (agreed.value if agreed else ())
            if item.id in figures.indicators
        },
        sources=dict(sorted(figures.sources.items())),
        notes=(*figures.notes, *course.notes, *(_note(item) for item in unknown)),
        business_date=figures.business_date,
        unknown=awaited,
        told=figures.told,
    )


def _note(item: Indicator) -> str:
    return f"{LATE_QUALITY if item.late else QUALITY_UNKNOWN}:{item.id}"


def _unknown(rules: Plan, figures: Figures) -> tuple[Indicator, ...]:
    """The indicators that were not measured and that the contract allows to be unknown."""
    agreed, allowed = rules.terms.quality_indicators, rules.terms.quality_while_unknown is not None
    return tuple(
        item
        for item in (agreed.value if agreed else ())
        if item.id not in figures.indicators and (item.late or allowed)
    )


def _assumed(rules: Plan, unknown: tuple[Indicator, ...]) -> dict[str, Fraction]:
    """What unknown indicators are taken to be: late ones at their floor, others as the contract says."""
    choice = rules.terms.quality_while_unknown
    return {
        item.id: Fraction(item.goal if choice and choice.value == "goal" and not item.late else item.floor)
        for item in unknown
    }


def _tranches(rules: Plan, figures: Figures, course: Course, unknown: tuple[Indicator, ...]) -> list[Line]:
    """What more is paid at most once the late indicators are known: all of them at their goal.

    One line for them together: where a score must reach a minimum, one may add nothing without the other.
    """
    agreed, late = rules.terms.quality_indicators, [item for item in unknown if item.late]
    if agreed is None or not late:
        return []
    goals = {item.id: Fraction(item.goal) for item in late}
    best = rules.settle(figures, {**course.assumed, **goals})
    low, high = course.value("payable"), best.value("payable")
    about = late[0].id if len(late) == 1 else ""
    return [
        Line(
            "payable",
            Quantity("late_tranche", int(high - low), "cents", about),
            (
                Quantity("payable_at_goal", int(high), "cents", about),
                Quantity("payable", int(low), "cents"),
            ),
            (agreed,),
            "shared",
        )
    ]


def settle_term(versions: Versions, figures: Mapping[int, Figures]) -> dict[int, Statement]:
    """The statements of a term's years in order, each on the version in force.

    What one year carries over, the very next takes in. Where a year between is not settled, what it would have left
    is not known: a later year has it among its own figures, or is refused.

    Raises:
        ContractValueError, FiguresError: see `settle`.
    """
    statements: dict[int, Statement] = {}
    for year in sorted(figures):
        given, before = figures[year], statements.get(year - 1)
        values = {**given.values, **({} if before is None else _carried(before))}
        statements[year] = settle(versions.settling(year), year, replace(given, values=values))
    return statements


def _carried(statement: Statement) -> dict[tuple[str, int], Figure]:
    """What a year leaves, as figures of the next."""
    return {
        (figure, statement.year + 1): Figure(statement.line(rule).amount, "cents")
        for rule, figure in CARRIED.items()
        if statement.has(rule)
    }
