"""A statement as one HTML page for people: what is payable first, then a picture, then every line.

The page holds everything it needs (no script, no font or picture from elsewhere), prints well, and is in
the contract's language. All texts are escaped by the template.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from pipeline.reporting import picture
from pipeline.reporting.house import render
from pipeline.reporting.notation import Notation
from pipeline.reporting.page_figures import indicators, told
from pipeline.reporting.told import by_people
from pipeline.reporting.wording import headline, size
from pipeline.settlement import Line, Quantity, Statement


def page(statement: Statement, code_version: str, language: str) -> str:
    """The statement as HTML in a language (`nl` or `en`)."""
    notation = Notation(language)
    return render(
        "statement.html",
        language=language,
        words=notation.words["page"],
        notation=notation,
        statement=statement,
        contract=statement.contract,
        code_version=code_version,
        headline=headline(statement, notation),
        amount=notation.money(abs(statement.due_cents)),
        size=size(statement, notation),
        reason=notation.words["reasons"][statement.reason],
        notes=[_note(note, notation) for note in statement.notes],
        steps=_steps(statement, notation),
        division=_division(statement, notation),
        parts=list(_parts(statement, notation)),
        indicators=indicators(statement, notation),
        terms=_terms(statement, notation),
        told=told(statement, notation),
        command=_command(statement),
    )


def _steps(statement: Statement, notation: Notation) -> list[dict[str, Any]]:
    return [
        {
            "label": notation.words["page"][step.code],
            "value": ("+" if step.is_change and step.cents > 0 else "") + notation.money(step.cents),
            "is_change": step.is_change,
            "bar": step.bar,
        }
        for step in picture.steps(statement)
    ]


def _division(statement: Statement, notation: Notation) -> dict[str, Any]:
    words, parties = notation.words["page"], statement.contract.parties
    consortium, insurer = picture.division(statement)
    gain = statement.savings_cents >= 0
    for_consortium = words["for_consortium" if gain else "borne_by"].format(name=parties.consortium)
    for_insurer = words["for_insurer" if gain else "borne_by"].format(name=parties.payer)
    return {
        "title": words["division_gain" if gain else "division_loss"],
        "consortium": {
            "width": consortium,
            "label": for_consortium,
            "value": notation.money(abs(statement.payable_cents)),
        },
        "insurer": {
            "width": insurer,
            "label": for_insurer,
            "value": notation.money(abs(statement.insurer_share_cents)),
        },
        "tone": "consortium" if gain else "loss",
    }


def _parts(statement: Statement, notation: Notation) -> Iterator[dict[str, Any]]:
    numbered = enumerate(statement.lines, start=1)
    for part, lines in groupby(numbered, key=lambda item: item[1].part):
        yield {
            "title": notation.words["parts"][part],
            "lines": [_line(number, line, statement, notation) for number, line in lines],
        }


def _line(number: int, line: Line, statement: Statement, notation: Notation) -> dict[str, Any]:
    rule, subject = notation.words["rules"][line.rule], line.result.subject
    return {
        "number": number,
        "label": rule["label"],
        "explains": rule["explains"],
        "subject": _subject(subject, line.result, statement),
        "inputs": [
            {"label": _named(item, line, notation, statement), "value": notation.quantity(item)}
            for item in line.inputs
        ],
        "parameters": [
            {"value": notation.term(term, subject), "clause": term.clause, "since": term.since}
            for term in line.parameters
        ],
        "result": notation.quantity(line.result),
        "bearer": notation.words["bearers"][line.bearer],
        "is_total": line.rule in ("target", "savings", "quality_score", "payable"),
    }


def _named(item: Quantity, line: Line, notation: Notation, statement: Statement) -> str:
    """An input's label; its year or indicator is added where it differs from the line's own."""
    label = notation.words["quantities"].get(item.name) or notation.words["rules"][item.name]["label"].lower()
    if item.subject and item.subject != line.result.subject:
        return f"{label} {_subject(item.subject, line.result, statement)}"
    return str(label)


def _subject(subject: str, result: Quantity, statement: Statement) -> str:
    """A year is shown unless it is the settlement year of a total; an indicator by its code."""
    return "" if subject == str(statement.year) and result.unit == "cents" else subject


def _terms(statement: Statement, notation: Notation) -> list[dict[str, Any]]:
    """Each applied term once, by clause."""
    applied = {(term.key, term.since): term for line in statement.lines for term in line.parameters}
    ordered = sorted(
        applied.values(), key=lambda term: ([*map(_clause_part, term.clause.split("."))], term.key)
    )
    return [
        {
            "clause": term.clause,
            "says": term.says,
            "value": notation.term(term),
            "since": notation.date(term.since),
        }
        for term in ordered
    ]


def _command(statement: Statement) -> str:
    """What the OCMO types to settle this again."""
    day = statement.business_date.isoformat() if statement.business_date else "YYYY-MM-DD"
    told = " --figures FILE" if by_people(statement.told) else ""
    return (
        f"ocmo settlement run --contract {statement.contract.id} --year {statement.year} --date {day}{told}"
    )


def _clause_part(part: str) -> tuple[int, str]:
    """Clause 10 comes after clause 9; letters after numbers."""
    return (int(part), "") if part.isdigit() else (10**6, part)


def _note(note: str, notation: Notation) -> str:
    """A note in words; what it is about stands after its code and a colon."""
    code, _, about = note.partition(":")
    return str(notation.words["notes"].get(code, note)).format(about=about)
