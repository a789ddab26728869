"""The worked example: what a contract pays when cost turns out lower, and when it turns out higher."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from pipeline.contract import Contract
from pipeline.reporting.explanation.figures import COST_CENTS, example_figures, number
from pipeline.reporting.explanation.readings import Readings
from pipeline.settlement import Line, Statement, settle

LEAST_SHARE = Fraction(4, 100)
"""By which part of the target cost is lower and higher, at least; twice the threshold where that is more."""

STEPS = ("quality", "sharing", "payable", "division", "fee")
"""The parts of a statement whose lines are shown."""


def worked_example(contract: Contract, year: int, readings: Readings) -> list[str]:
    """The example in sentences, every amount of which comes from a settlement of made-up figures."""
    target, baseline, share = _round_target(contract, year)
    saving, loss = (
        settle(contract, year, example_figures(contract, year, target * (1 - part), baseline))
        for part in (share, -share)
    )
    words = readings.words["example"]
    return [
        str(readings.words["page"]["example_explained"]),
        " ".join(_given(saving, readings)),
        _outcome("saving", saving, share, readings),
        str(words["steps"]),
        *(f"- {line}" for line in _steps(saving, readings)),
        _outcome("loss", loss, share, readings),
        *(
            (str(words["steps"]), *(f"- {line}" for line in _steps(loss, readings)))
            if loss.payable_cents
            else ()
        ),
    ]


def _round_target(contract: Contract, year: int) -> tuple[Fraction, Fraction, Fraction]:
    """A target that is round, the cost per unit of the baseline years that gives it, and the share to differ by.

    The target is in proportion to the baseline years' cost, so that one settlement tells the other.
    """
    terms = contract.for_year(year)
    tried = settle(contract, year, example_figures(contract, year, Fraction(0), Fraction(100_000)))
    found = tried.line("target").amount
    wanted = Fraction(number(terms) * COST_CENTS[tried.unit.code]) if terms.baseline_years else found
    threshold = tried.line("minimum_savings").amount / found if tried.has("minimum_savings") else Fraction(0)
    percent = math.ceil(200 * threshold)
    return wanted, Fraction(100_000) * wanted / found, max(LEAST_SHARE, Fraction(percent, 100))


def _given(statement: Statement, readings: Readings) -> Iterator[str]:
    words, notation, unit = readings.words["example"], readings.notation, statement.unit
    target = notation.money(statement.line("target").amount)
    if not unit.figure:
        yield str(words["given_total"]).format(target=target)
        return
    count = statement.line(unit.count).amount
    units = readings.words["units"][unit.count]
    yield str(words["given"]).format(number=notation.number(count), units=units, target=target)
    one = readings.words["one"][unit.code]
    yield str(words["per_unit"]).format(
        amount=notation.money(statement.line("target").amount / count), unit=one
    )


def _outcome(kind: str, statement: Statement, share: Fraction, readings: Readings) -> str:
    words, notation, score = readings.words["example"], readings.notation, statement.quality_score
    return str(words[kind if score is not None else f"{kind}_plain"]).format(
        share=notation.percent(share),
        savings=notation.money(abs(statement.savings_cents)),
        quality="" if score is None else notation.percent(score),
        outcome=_paid(statement, readings),
    )


def _paid(statement: Statement, readings: Readings) -> str:
    words, notation, paid = readings.words["example"], readings.notation, statement.payable_cents
    if paid == 0:
        return str(words["nothing"]).format(reason=notation.words["reasons"][statement.reason])
    told = str(words["pays" if paid > 0 else "repays"]).format(
        amount=notation.money(abs(paid)), **readings.parties
    )
    rest = str(words["keeps" if statement.savings_cents >= 0 else "bears"])
    return (
        f"{told} {rest.format(amount=notation.money(abs(statement.insurer_share_cents)), **readings.parties)}"
    )


def _steps(statement: Statement, readings: Readings) -> Iterator[str]:
    """The lines after the target, each with what it came to and the clause it applies."""
    words = readings.words["example"]
    for line in statement.lines:
        if line.part in STEPS:
            template = words["step" if line.clauses else "step_plain"]
            clauses = ", ".join(line.clauses)
            yield str(template).format(
                label=_label(line, statement, readings),
                clauses=f"{readings.words['page']['clause']} {clauses}",
                result=readings.notation.quantity(line.result),
            )


def _label(line: Line, statement: Statement, readings: Readings) -> str:
    """The rule's name on the statement, with the indicator or member that it is about."""
    rule = readings.notation.words["rules"][line.rule]
    agreed = statement.contract.for_year(statement.year).quality_indicators
    names = {
        **readings.parties,
        **readings.members,
        **{item.id: item.name for item in (agreed.value if agreed else ())},
    }
    about = names.get(line.result.subject)
    return f"{rule['label']}, {about}" if about else str(rule["label"])
