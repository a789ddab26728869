"""Where an amount on a statement comes from: a tree from a line down to figures, terms with clause, and tables.

It is read from the statement's own document, so that it explains what was issued and not what would be settled now.
What a line takes in is another line, a figure (of a table's version, or stated), an indicator, a gate's outcome, or
follows from what was agreed. A line that was explained once is named again by its number only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from pipeline.errors import FiguresError
from pipeline.reporting.origins import (
    AGREED,
    CELLS,
    FIGURES,
    GATES,
    INDICATORS,
    RATES,
    WORKED_OUT,
    Origin,
)
from pipeline.settlement.figure_names import MEASURED, UNITS
from pipeline.settlement.told import INDICATOR


@dataclass(frozen=True)
class Node:
    """One amount of the tree; `of` is what it comes from. `number` and `terms` are those of its line.

    `tables` are the tables whose version gave it, by name with digest. `is_again` says that its line was explained
    before.
    """

    name: str
    subject: str
    value: Any
    unit: str
    origin: Origin
    number: int = 0
    terms: tuple[Mapping[str, Any], ...] = ()
    tables: Mapping[str, str] = field(default_factory=dict)
    of: tuple[Node, ...] = ()
    is_again: bool = False


def trace(
    statement: Mapping[str, Any], line: str = "payable", stated: Mapping[str, str] | None = None
) -> Node:
    """The tree of one line of a statement's document; `stated` are the facts of a correction.

    `line` is a rule, with its year, indicator or member after a colon where there are several, or a line's number.

    Raises:
        FiguresError: when the statement has no such line, or several.
    """
    return _Tracer(statement, stated or {}).line(_chosen(statement, line))


def _chosen(statement: Mapping[str, Any], text: str) -> Mapping[str, Any]:
    lines: list[Mapping[str, Any]] = statement["lines"]
    rule, _, subject = text.partition(":")
    found = [
        line
        for line in lines
        if str(line["number"]) == text
        or (line["rule"] == rule and subject in ("", line["result"].get("subject", "")))
    ]
    if len(found) == 1:
        return found[0]
    names = [_named(line) for line in (found or lines)]
    raise FiguresError(
        f"The statement has {'several lines' if found else 'no line'} '{text}'",
        where=f"contract {statement['contract']['id']}, {statement['year']}",
        remedy=f"Give one of: {', '.join(dict.fromkeys(names))}.",
    )


def _named(line: Mapping[str, Any]) -> str:
    subject = line["result"].get("subject", "")
    return f"{line['rule']}:{subject}" if subject else str(line["rule"])


class _Tracer:
    """Walks one statement; remembers which lines it has explained."""

    def __init__(self, statement: Mapping[str, Any], stated: Mapping[str, str]) -> None:
        self.lines: list[Mapping[str, Any]] = statement["lines"]
        self.year, self.sources = str(statement["year"]), statement["sources"]
        self.stated = {*stated, *(one["name"] for one in statement.get("told", ()))}
        self.explained: set[int] = set()

    def line(self, line: Mapping[str, Any]) -> Node:
        result, number = line["result"], line["number"]
        again = number in self.explained
        self.explained.add(number)
        return Node(
            name=line["rule"],
            subject=result.get("subject", ""),
            value=result["value"],
            unit=result["unit"],
            origin="line",
            number=number,
            terms=() if again else tuple(line["parameters"]),
            of=() if again else tuple(self._input(item, line) for item in line["inputs"]),
            is_again=again,
        )

    def _input(self, item: Mapping[str, Any], line: Mapping[str, Any]) -> Node:
        name, subject = item["name"], item.get("subject", "")
        kind = name.partition(":")[0]
        stratum = line["result"].get("subject", "")
        found = self._found(name, subject, line["number"]) or (
            self._found(name, f"{stratum} {subject}", line["number"]) if stratum and subject else None
        )
        if found is not None:
            return self.line(found)
        if kind == "reason":
            gates = [each for each in self.lines if each["rule"] in GATES]
            return self._node(item, "gate", of=tuple(self.line(each) for each in gates))
        if kind == "measured" and f"{INDICATOR}:{subject}" in self.stated:
            return self._node(item, "stated")
        if kind == "measured":
            return self._node(item, "indicator", tables=self._tables(INDICATORS))
        if kind in UNITS:
            return self._figure(item, kind)
        if kind in AGREED:
            return self._node(item, "agreed")
        if kind in WORKED_OUT:
            return self._node(item, "worked_out", of=tuple(self._of(item, line["number"])))
        return self._node(item, "nothing")

    def _figure(self, item: Mapping[str, Any], kind: str) -> Node:
        if kind in MEASURED and item["name"] not in self.stated:
            return self._node(item, "measured", tables=self._tables(FIGURES, CELLS, RATES))
        return self._node(item, "stated")

    def _of(self, item: Mapping[str, Any], number: int) -> Iterator[Node]:
        """What an input is worked out of: lines that are there, or figures that its line does not show."""
        kind, subject = item["name"].partition(":")[0], item.get("subject", "")
        for name in WORKED_OUT[kind]:
            lines = [line for line in self.lines if line["rule"] == name and line["number"] < number]
            if name in UNITS:
                value = self._value_of(name, item)
                yield self._figure(
                    {"name": name, "subject": subject, "value": value, "unit": UNITS[name]}, name
                )
            about = [line for line in lines if line["result"].get("subject", "") in ("", subject, self.year)]
            for line in about:
                yield self.line(line)

    def _value_of(self, name: str, item: Mapping[str, Any]) -> Any:
        """A figure that another line shows, or months worked back from years; None when no line tells it."""
        about = (name, item.get("subject", ""))
        for line in self.lines:
            for each in line["inputs"]:
                if (each["name"], each.get("subject", "")) == about:
                    return each["value"]
        return round(Fraction(item["value"]) * 12) if UNITS[name] == "months" else None

    def _found(self, name: str, subject: str, before: int) -> Mapping[str, Any] | None:
        """The line whose result an input is: above its line, and about the same or about the year."""
        lines = [line for line in self.lines if line["rule"] == name and line["number"] < before]
        about = {line["result"].get("subject", ""): line for line in lines}
        if subject in about:
            return about[subject]
        if subject:
            return None if subject != self.year else about.get("")
        return about.get(self.year) or (lines[0] if len(lines) == 1 else None)

    def _tables(self, *names: str) -> dict[str, str]:
        return {name: self.sources[name] for name in names if name in self.sources}

    @staticmethod
    def _node(
        item: Mapping[str, Any],
        origin: Origin,
        *,
        tables: Mapping[str, str] | None = None,
        of: tuple[Node, ...] = (),
    ) -> Node:
        name, subject = item["name"], item.get("subject", "")
        return Node(name, subject, item["value"], item["unit"], origin, tables=tables or {}, of=of)
