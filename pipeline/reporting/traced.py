"""A traced amount for people, as a tree of text in Dutch or English; and for machines, as plain data."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from pipeline.contract import Contract, Term
from pipeline.reporting.document import plain
from pipeline.reporting.explanation.readings import Readings
from pipeline.reporting.notation import Notation
from pipeline.reporting.texts import texts
from pipeline.reporting.tracing import Node
from pipeline.settlement import Quantity


def traced_text(node: Node, contract: Contract, language: str) -> Iterator[str]:
    """The tree, one amount or term to a line; then the tables' versions.

    `contract` is the version that the statement rests on: it says how agreed values read.
    """
    return _Tree(contract, language).lines(node)


def traced_head(statement: Mapping[str, Any], language: str) -> str:
    """Which statement it is, and what it rests on."""
    notation, contract = Notation(language), statement["contract"]
    return str(texts(language, "traced")["head"]).format(
        contract=contract["id"],
        year=statement["year"],
        state=notation.words["page"][statement["state"]],
        date=notation.date(dt.date.fromisoformat(statement["business_date"])),
        version=contract["version"],
        program=statement["code_version"],
    )


class _Tree:
    """Puts one tree into words; remembers which of the contract's sentences it has told."""

    def __init__(self, contract: Contract, language: str) -> None:
        self.readings = Readings(contract, language)
        self.notation, self.words = self.readings.notation, texts(language, "traced")
        self.agreed = {f"{section}.{name}": parameter for section, name, parameter in contract.parameters()}
        self.told: set[str] = set()

    def lines(self, node: Node) -> Iterator[str]:
        yield self._amount(node)
        yield from self._below(node, "")
        tables = dict(sorted(_tables(node)))
        if tables:
            yield str(self.words["tables"])
            yield from (f"   {name:20} {digest}" for name, digest in tables.items())

    def _below(self, node: Node, margin: str) -> Iterator[str]:
        terms, last = [self._term(term, node.subject) for term in node.terms], len(node.of) - 1
        for place, text in enumerate(terms):
            end = not node.of and place == len(terms) - 1
            yield f"{margin}{'└─ ' if end else '├─ '}{text}"
        for place, part in enumerate(node.of):
            yield f"{margin}{'└─ ' if place == last else '├─ '}{self._amount(part)}"
            yield from self._below(part, margin + ("   " if place == last else "│  "))

    def _amount(self, node: Node) -> str:
        kind, _, code = node.name.partition(":")
        label = self._label(kind, is_line=node.origin == "line")
        about = " ".join(part for part in (code, node.subject) if part)
        named = f"{label} {about}".strip()
        if node.origin == "line":
            number = self.words["line_again" if node.is_again else "line"].format(number=node.number)
            return f"{named} = {self._value(node)}  [{number}]"
        origin = self.words["origins"][node.origin]
        table = next((self.words["in_table"].format(table=name) for name in node.tables), "")
        if node.value is None:
            return f"{named}  ({origin}{table}; {self.words['not_shown']})"
        return f"{named} = {self._value(node)}  ({origin}{table})"

    def _label(self, kind: str, *, is_line: bool) -> str:
        """What a line or quantity is called; a figure that no statement shows by a name of its own."""
        quantity, rule = self.notation.words["quantities"].get(kind), self.notation.words["rules"].get(kind)
        if rule and (is_line or not quantity):
            return str(rule["label"])
        return str(quantity or self.words["figures"].get(kind) or kind)

    def _value(self, node: Node) -> str:
        if node.unit in ("outcome", "yes (1) or no (0)"):
            return str(self.notation.words["outcomes"].get(node.value, node.value))
        return self.notation.quantity(Quantity(node.name, Fraction(node.value), node.unit))

    def _term(self, term: Mapping[str, Any], subject: str) -> str:
        """What was agreed, whole; with the contract's own sentence the first time only."""
        since = dt.date.fromisoformat(term["since"])
        said = self.words["agreed"].format(
            clause=term["clause"],
            since=self.notation.date(since),
            key=term["key"],
            value=self._agreed(term, since, subject),
        )
        if term["key"] in self.told:
            return str(said)
        self.told.add(term["key"])
        return f"{said} {term['says']}"

    def _agreed(self, term: Mapping[str, Any], since: dt.date, subject: str) -> str:
        """A value as the contract's explanation reads it; as the statement has it, where the contract has another."""
        parameter = self.agreed.get(term["key"])
        if parameter is None or plain(parameter.values.get(since)) != term["value"]:
            value = term["value"]
            return value if isinstance(value, str) else json.dumps(_stated(value), ensure_ascii=False)
        agreed = parameter.on(since)
        if isinstance(agreed.value, str):
            return str(self.notation.words["choices"].get(agreed.value, agreed.value))
        return self.readings.of(_about(agreed, subject))


def _about(term: Term[Any], subject: str) -> Term[Any]:
    """Of a list in which the line's subject stands, that item only."""
    if not isinstance(term.value, tuple):
        return term
    items = tuple(item for item in term.value if getattr(item, "id", None) == subject)
    return replace(term, value=items) if items else term


def _tables(node: Node) -> Iterator[tuple[str, str]]:
    yield from node.tables.items()
    for part in node.of:
        yield from _tables(part)


def _stated(value: Any) -> Any:
    """An agreed value without the parts that the contract leaves out."""
    if isinstance(value, dict):
        return {name: _stated(part) for name, part in value.items() if part is not None}
    return [_stated(part) for part in value] if isinstance(value, list) else value


def traced_data(node: Node) -> dict[str, Any]:
    """The tree as plain data; what is empty is left out."""
    made = {
        "name": node.name,
        "subject": node.subject,
        "value": node.value,
        "unit": node.unit,
        "origin": node.origin,
        "line": node.number,
        "explained_above": node.is_again,
        "terms": [dict(term) for term in node.terms],
        "tables": dict(node.tables),
        "of": [traced_data(part) for part in node.of],
    }
    return {key: value for key, value in made.items() if value or key in ("name", "value", "origin")}
