"""A statement as data: what goes into the JSON file, complete enough to recompute every line.

Numbers that are not whole are texts in decimal notation, to twelve places, so that no reader's floating
point changes them. Counts below the contract's minimum cell are left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Any

from pydantic import BaseModel

from pipeline.contract import Contract, Term
from pipeline.reporting.told import told_document
from pipeline.settlement import IndicatorFigure, Line, Quantity, Statement

PLACES = Decimal("1e-12")
EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)


def document(statement: Statement, code_version: str) -> dict[str, Any]:
    """The statement as plain data (texts, whole numbers, lists, mappings)."""
    contract, minimum = statement.contract, statement.contract.for_year(statement.year).reporting_minimum_cell
    return {
        "document": "settlement statement",
        "state": statement.state,
        "contract": contract_document(contract),
        "year": statement.year,
        "payable_cents": statement.payable_cents,
        "savings_cents": statement.savings_cents,
        "insurer_share_cents": statement.insurer_share_cents,
        "reason": statement.reason,
        "lines": [_line(number, line) for number, line in enumerate(statement.lines, start=1)],
        "indicators": {code: _indicator(item, minimum.value) for code, item in statement.indicators.items()},
        "sources": dict(statement.sources),
        "notes": list(statement.notes),
        "told": told_document(statement),
        "business_date": plain(statement.business_date),
        "code_version": code_version,
    }


def contract_document(contract: Contract) -> dict[str, Any]:
    """Which contract, and which version of it: its header, parties and digest. A first version amends nothing."""
    header = plain(contract.contract)
    if contract.contract.supersedes_from is None:
        del header["supersedes_from"], header["because"]
    parties = contract.parties
    return {**header, "payer": parties.payer, "consortium": parties.consortium, "digest": contract.digest}


def results(statement: Mapping[str, Any]) -> dict[tuple[str, str], Mapping[str, Any]]:
    """The result of every line of a statement's document, by rule and by what it is about."""
    return {(line["rule"], line["result"].get("subject", "")): line["result"] for line in statement["lines"]}


def _line(number: int, line: Line) -> dict[str, Any]:
    return {
        "number": number,
        "part": line.part,
        "rule": line.rule,
        "clauses": list(line.clauses),
        "inputs": [_quantity(item) for item in line.inputs],
        "parameters": [_term(term) for term in line.parameters],
        "result": _quantity(line.result),
        "bearer": line.bearer,
    }


def _quantity(quantity: Quantity) -> dict[str, Any]:
    shown = {"name": quantity.name, "value": plain(quantity.value), "unit": quantity.unit}
    return {**shown, "subject": quantity.subject} if quantity.subject else shown


def _term(term: Term[Any]) -> dict[str, Any]:
    return {
        "key": term.key,
        "clause": term.clause,
        "says": term.says,
        "since": term.since.isoformat(),
        "unit": term.unit,
        "value": plain(term.value),
    }


def _indicator(figure: IndicatorFigure, minimum: int) -> dict[str, Any]:
    if figure.is_told:
        return {"value": plain(figure.value), "unit": figure.unit, "told": True}
    return {
        "value": plain(figure.value),
        "lower": plain(figure.lower),
        "upper": plain(figure.upper),
        "unit": figure.unit,
        "numerator": count_shown(figure.numerator, minimum),
        "denominator": count_shown(figure.denominator, minimum),
        "minimum_cell": minimum,
    }


def count_shown(count: float | None, minimum: int) -> Any:
    """A count, or None when it is of fewer than the minimum of persons and so may not be shown."""
    return None if count is None or 0 < count < minimum else plain(count)


def plain(value: Any) -> Any:
    """A value of contract or settlement as JSON can hold it."""
    if isinstance(value, BaseModel):
        return plain(value.model_dump(by_alias=True))
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, Fraction | Decimal | float) and not isinstance(value, bool):
        exact = Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
        return exact.numerator if exact.denominator == 1 else _decimal(exact)
    return value.isoformat() if isinstance(value, dt.date) else value


def difference(before: Any, after: Any) -> Any:
    """`after` minus `before`, both numbers as `plain` gives them; None when one of them is None."""
    return None if before is None or after is None else plain(Fraction(after) - Fraction(before))


def _decimal(value: Fraction) -> str:
    quotient = EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))
    return f"{quotient.quantize(PLACES, context=EXACT).normalize(EXACT):f}"
