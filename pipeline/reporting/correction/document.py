"""A correction as data: what it corrects, every cause with its part of the payable, every line with its causes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from pipeline.code_version import code_version
from pipeline.contract import Contract
from pipeline.contract.diff import OF_PAST_YEARS, Difference, differences
from pipeline.contract.written import json_data
from pipeline.periods import first_day
from pipeline.reporting.correction.claims import Changed
from pipeline.reporting.correction.stages import Course
from pipeline.reporting.correction.standing import Standing
from pipeline.reporting.document import count_shown, document, plain
from pipeline.settlement import Statement
from pipeline.settlement.correction import CorrectedLine, Result, corrected_lines

PAYABLE = ("payable", "")


@dataclass(frozen=True)
class Correction:
    """A correction that was computed, and not yet written.

    `after` is the statement that it leads to, `then` the contract's version that `standing` rests on, `stated` all
    facts that it rests on beside what was measured. Its `kind` is `tranche` when only indicators that were late by plan
    are new.
    """

    standing: Standing
    after: Statement
    then: Contract
    course: Course
    stated: Mapping[str, str]
    reason: str
    kind: Literal["correction", "tranche"] = "correction"

    @property
    def number(self) -> int:
        """Its number among the corrections of the contract year, from 1 on."""
        return self.standing.number + 1

    @property
    def difference_cents(self) -> int:
        """What is payable more than was issued; negative is less."""
        issued: int = self.standing.document["payable_cents"]
        return self.after.payable_cents - issued

    @property
    def lines(self) -> tuple[CorrectedLine, ...]:
        """Every line before and after, with what each cause did to it."""
        return corrected_lines(self.course.issued, self.course.stages)


def correction_document(correction: Correction, state: Literal["draft", "final"]) -> dict[str, Any]:
    """The correction as plain data (texts, whole numbers, lists, mappings)."""
    made, was = document(correction.after, code_version()), correction.standing.document
    lines = correction.lines
    return {
        "document": f"{correction.kind} statement",
        "kind": correction.kind,
        "state": state,
        "number": correction.number,
        "reason": correction.reason,
        "contract": made["contract"],
        "year": made["year"],
        "business_date": made["business_date"],
        "corrects": {
            "correction": correction.standing.number or None,
            **{name: was[name] for name in ("business_date", "payable_cents", "code_version", "sources")},
            "contract_version": was["contract"]["version"],
            "contract_digest": was["contract"]["digest"],
        },
        "payable_cents": made["payable_cents"],
        "difference_cents": correction.difference_cents,
        "causes": _causes(correction, lines),
        "lines": [_line(line) for line in lines],
        "stated": dict(sorted(correction.stated.items())),
        "sources": made["sources"],
        "notes": made["notes"],
        "code_version": made["code_version"],
    }


def _causes(correction: Correction, lines: tuple[CorrectedLine, ...]) -> list[dict[str, Any]]:
    """Each cause that was looked at: its part of the payable, how many lines it changed, and what is known of it."""
    payable = next(line for line in lines if (line.rule, line.subject) == PAYABLE)
    return [
        {
            "cause": stage.cause,
            "difference_cents": plain(payable.parts.get(stage.cause, Fraction(0))),
            "changed_lines": sum(stage.cause in line.causes for line in lines),
            **_known(stage.cause, correction),
        }
        for stage in correction.course.stages
    ]


def _known(cause: str, correction: Correction) -> dict[str, Any]:
    """What stands behind a cause: claims, terms with clause, stated facts, versions of the program."""
    changed = correction.course.changed
    minimum = correction.after.contract.for_year(correction.after.year).reporting_minimum_cell.value
    if cause in changed:
        return {"claims": _claims(changed[cause], minimum)}
    if cause == "terms":
        return {"terms": [_term(item) for item in changed_terms(correction)]}
    if cause == "stated":
        new = set(correction.stated.items()) - set(correction.standing.stated.items())
        return {"stated": dict(sorted(new))}
    if cause == "program":
        removed = {"removed": _claims(changed["removed"], minimum)} if "removed" in changed else {}
        return {"program": [correction.standing.document["code_version"], code_version()], **removed}
    return {}


def _claims(changed: Changed, minimum: int) -> dict[str, Any]:
    """Claims and their cents; neither where there are fewer than the minimum cell."""
    lines = count_shown(changed.lines, minimum)
    return {"lines": lines, "cents": None if lines is None else changed.cents, "minimum_cell": minimum}


def changed_terms(correction: Correction) -> list[Difference]:
    """The terms that an amendment changed and that the settled year rests on: its own, and growth before it."""
    day, weights = (
        first_day(correction.after.year),
        correction.then.for_year(correction.after.year).baseline_years,
    )
    begins = first_day(min(weights, default=correction.after.year))
    return [
        item
        for item in differences(correction.then, correction.after.contract)
        if item.kind == "term"
        and (item.since is None or item.since <= day)
        and (item.until is None or (begins if item.key in OF_PAST_YEARS else day) < item.until)
    ]


def _term(item: Difference) -> dict[str, Any]:
    return {
        "key": item.key,
        "clause": item.clause,
        "before": json_data(item.before),
        "after": json_data(item.after),
    }


def _line(line: CorrectedLine) -> dict[str, Any]:
    return {
        "rule": line.rule,
        "subject": line.subject,
        "unit": line.unit,
        "before": _value(line.before),
        "after": _value(line.after),
        "difference": plain(line.difference),
        "causes": list(line.causes),
        "parts": {cause: plain(part) for cause, part in line.parts.items()},
    }


def _value(result: Result | None) -> Any:
    return None if result is None else plain(result.value)
