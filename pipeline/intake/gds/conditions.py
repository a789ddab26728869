"""The validation rules of an XML message, as data, and what their conditions mean.

A rule holds its number (VC), the return code that an insurer answers with, whom it is about (`of`: message,
insured, debit or credit), what is wrong in words (`says`), and what must hold:

    when: [c, ...]        only where all of these hold
    when_any: [c, ...]    only where one of these holds
    must: [c, ...]        all of these, else the rule is broken
    judged: name          in place of `must`: a rule over the whole message, which the reader judges

A condition is {field: record.field} with one of: `is` (the same value), `in` and `not_in` (texts), `filled`,
`matches` (a pattern), `before`, `after`, `at_most`, `at_least`. The other side is a value, or {field: record.field}.
Dates, amounts and counts are compared as such (amounts in cents). On an empty field a condition does not hold in
`when` and is not broken in `must`; `not_in` holds on it, as does `filled: false`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any

import polars as pl

from pipeline.errors import LayoutError
from pipeline.intake.rules.findings import Check

Condition = Mapping[str, Any]
Value = Callable[[str], pl.Expr]
"""A field ('record.field') as what it holds: a date, cents, a count, text."""

COMPARED: dict[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "is": lambda value, other: value == other,
    "before": lambda value, other: value < other,
    "after": lambda value, other: value > other,
    "at_most": lambda value, other: value <= other,
    "at_least": lambda value, other: value >= other,
}
VERBS = (*COMPARED, "in", "not_in", "filled", "matches")


@dataclass(frozen=True)
class Rule:
    """One validation rule; see the module. `editions` are the versions that it holds in, all when empty."""

    rule: str
    return_code: str
    of: str
    field: str
    says: str
    when: tuple[Condition, ...] = ()
    when_any: tuple[Condition, ...] = ()
    must: tuple[Condition, ...] = ()
    judged: str = ""
    editions: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """The rule's number, its return code in brackets, and what is wrong."""
        return f"{self.rule} [{self.return_code}]: {self.says}"


def references(rule: Rule) -> list[str]:
    """The fields that a rule looks at, each once, in order.

    Raises:
        LayoutError: when a condition is none of those in the module's docstring.
    """
    found = []
    for condition in (*rule.when, *rule.when_any, *rule.must):
        found.append(condition["field"])
        other = condition[_verb(rule, condition)]
        if isinstance(other, Mapping):
            found.append(other["field"])
    return list(dict.fromkeys(found))


def check(rule: Rule, value: Value) -> Check:
    """The rule as a check of rows that have the columns of `references`."""
    kept = reduce(and_, (_holds(rule, condition, value).fill_null(value=True) for condition in rule.must))
    asked = [_holds(rule, condition, value).fill_null(value=False) for condition in rule.when]
    if rule.when_any:
        any_of = (_holds(rule, condition, value).fill_null(value=False) for condition in rule.when_any)
        asked.append(reduce(or_, any_of))
    return Check(rule.field, rule.rule, rule.reason, reduce(and_, asked, ~kept))


def _holds(rule: Rule, condition: Condition, value: Value) -> pl.Expr:
    """Whether the condition holds; null where a side of a comparison is empty."""
    verb, found = _verb(rule, condition), value(condition["field"])
    other = condition[verb]
    match verb:
        case "filled":
            return found.is_not_null() if other else found.is_null()
        case "in":
            return found.is_in(other)
        case "not_in":
            return ~found.is_in(other).fill_null(value=False)
        case "matches":
            return found.str.contains(other)
    right = value(other["field"]) if isinstance(other, Mapping) else pl.lit(other)
    return COMPARED[verb](found, right)


def _verb(rule: Rule, condition: Condition) -> str:
    verbs: Sequence[str] = [verb for verb in VERBS if verb in condition]
    if len(verbs) != 1 or "field" not in condition or len(condition) != 2:
        raise LayoutError(
            f"A condition of rule {rule.rule} cannot be used",
            remedy=f"It names a field and one of {', '.join(VERBS)}.",
        )
    return verbs[0]
