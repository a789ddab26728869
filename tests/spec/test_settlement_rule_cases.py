"""Each rule of the settlement in cases that a lawyer can read: below, at and above each threshold."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from pipeline.reporting.texts import texts
from pipeline.settlement import Statement
from tests.rule_cases import FILES, statement_of

CASES = [
    pytest.param(whole, case, id=f"{name}: {case['case']}")
    for name, whole in FILES.items()
    for case in whole["cases"]
]


def result(statement: Statement, rule: str) -> Any:
    """What a rule came to: euros, another number, or an outcome."""
    name, _, subject = rule.partition(" ")
    quantity = statement.line(name, subject or None).result
    if isinstance(quantity.value, str):
        return quantity.value
    return quantity.amount / 100 if quantity.unit.startswith("cents") else quantity.amount


def same(found: Any, stated: Any) -> Any:
    """What was stated; or what was found, when it differs only beyond the decimals that a case writes."""
    if isinstance(stated, str):
        return stated
    return found if abs(found - Fraction(stated)) <= Fraction(1, 10**8) else Fraction(stated)


@pytest.mark.parametrize(("whole", "case"), CASES)
def test_a_rule(whole: dict[str, Any], case: dict[str, Any]) -> None:
    statement = statement_of(whole, case)

    expected = case.get("gives", {})
    found = {rule: result(statement, rule) for rule in expected}
    assert found == {rule: same(found[rule], value) for rule, value in expected.items()}
    absent = [rule for rule in case.get("without", ()) if statement.has(rule)]
    assert absent == []
    if "paid" in case:
        assert statement.payable_cents == int(Fraction(case["paid"]) * 100)
    if "reason" in case:
        assert statement.reason == case["reason"]
    assert statement.payable_cents + statement.insurer_share_cents == statement.savings_cents


def test_every_file_of_cases_has_cases() -> None:
    assert len(FILES) >= 11
    assert all(whole["cases"] for whole in FILES.values())


def test_every_rule_that_a_statement_can_name_stands_in_a_case() -> None:
    seen = {line.rule for param in CASES for line in statement_of(*param.values).lines}
    assert seen == set(texts("en")["rules"])
