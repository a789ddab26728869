"""The checks as data: read `checks.yaml`, hold it against the canonical tables, and write it out in full.

`columns` is a list, or one word that stands for columns of the canonical table: `mandatory` (those it does
not call optional), `coded` (those with a closed list of values, which is then the parameter `values`) or
`key` (its key; `person` is the pseudonym by now). Each check on each column has an id of its own,
`<table>.<column>.<type>`, or `<table>.<column>.<name>` where the entry names it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pipeline.canonical import CanonicalTable, canonical_table, canonical_tables
from pipeline.checks.registry import CHECK_TYPES

CHECKS = Path(__file__).parent / "checks.yaml"
PSEUDONYM_COLUMN = "pid"
SEVERITIES = ("stop", "warn")
_REQUIRED = {"type", "columns", "says", "severity", "endangers"}
_OPTIONAL = {"threshold", "name"}


@dataclass(frozen=True)
class Check:
    """One check on one column, or on one key.

    Attributes:
        threshold: the share of the rows judged that may violate it, 0 to 1.
        severity: "stop" keeps the delivery out; "warn" lets it in and says so.
        endangers: outputs that are not to be trusted when it fails.
    """

    id: str
    table: str
    type: str
    columns: tuple[str, ...]
    parameters: Mapping[str, Any]
    says: str
    threshold: Decimal
    severity: str
    endangers: tuple[str, ...]

    @property
    def needed(self) -> tuple[str, ...]:
        """Every column of its own table that it reads."""
        others = (self.parameters.get("other"), self.parameters.get("length"), *self.parameters.get("by", ()))
        return (*self.columns, *(name for name in others if name))

    @property
    def known_table(self) -> str:
        """The table that holds the values it knows; empty for a check that looks at its own table only."""
        return str(self.parameters["known"]).split(".")[0] if "known" in self.parameters else ""


def outputs(path: Path = CHECKS) -> dict[str, str]:
    """What a check can endanger, and what each is."""
    return dict(_read(path)["outputs"])


def _read(path: Path) -> dict[str, Any]:
    return _parsed(path.read_text(encoding="utf-8"))


@cache
def _parsed(text: str) -> dict[str, Any]:
    """The file's content; parsing it takes longer than judging a small table."""
    return dict(yaml.safe_load(text))


def check_definitions(upper_date: dt.date, path: Path = CHECKS) -> tuple[Check, ...]:
    """Every check, in the order of the file.

    The words `upper_date` and `upper_year` in it become that date and its year.

    Raises:
        ValueError: when the file names a type, parameter, column or output that does not exist. The file
            is part of the product, so this is a defect and no user's error.
    """
    raw = _read(path)
    words = {"upper_date": upper_date, "upper_year": upper_date.year}
    checks: list[Check] = []
    for table_name, entries in raw["tables"].items():
        table = canonical_table(table_name)
        for entry in entries:
            _validate(entry, set(raw["outputs"]), where=f"{path.name}, {table_name}")
            checks += _written_out(table, entry, words)
    if len({check.id for check in checks}) < len(checks):
        raise ValueError(f"{path.name}: the same type of check stands twice on one column; name one of them")
    return tuple(checks)


def _validate(entry: Mapping[str, Any], outputs: set[str], *, where: str) -> None:
    """An entry has a known type, that type's parameters, a share as threshold, a severity, known outputs."""
    if missing := _REQUIRED - set(entry):
        raise ValueError(f"{where}: an entry lacks '{min(missing)}'")
    if entry["type"] not in CHECK_TYPES:
        raise ValueError(f"{where}: '{entry['type']}' is no type of check; known: {', '.join(CHECK_TYPES)}")
    if unknown := set(entry) - _REQUIRED - _OPTIONAL - CHECK_TYPES[entry["type"]].parameters:
        raise ValueError(f"{where}: {entry['type']} takes no '{min(unknown)}'")
    if not 0 <= entry.get("threshold", 0) < 1:
        raise ValueError(f"{where}: threshold is a share, from 0 up to but not including 1")
    if entry["severity"] not in SEVERITIES:
        raise ValueError(f"{where}: severity is {' or '.join(SEVERITIES)}")
    if strangers := set(entry["endangers"]) - outputs:
        raise ValueError(f"{where}: endangers '{min(strangers)}', which is no output")


def _written_out(
    table: CanonicalTable, entry: Mapping[str, Any], words: Mapping[str, Any]
) -> Iterator[Check]:
    check_type = CHECK_TYPES[entry["type"]]
    for name, columns in _columns(table, entry):
        parameters = {key: _meant(entry[key], words) for key in sorted(check_type.parameters & set(entry))}
        if entry["columns"] == "coded":
            parameters["values"] = next(column.values for column in table.columns if column.name == name)
        if missing := check_type.required - set(parameters):
            raise ValueError(f"{table.name}: {entry['type']} on {name} lacks '{min(missing)}'")
        if check_type.optional and not parameters:
            known = " or ".join(sorted(check_type.optional))
            raise ValueError(f"{table.name}: {entry['type']} on {name} needs {known}")
        check = Check(
            id=f"{table.name}.{name}.{entry.get('name', entry['type'])}",
            table=table.name,
            type=entry["type"],
            columns=columns,
            parameters=parameters,
            says=entry["says"],
            threshold=Decimal(str(entry.get("threshold", 0))),
            severity=entry["severity"],
            endangers=tuple(entry["endangers"]),
        )
        _require_columns(check)
        yield check


def _meant(value: Any, words: Mapping[str, Any]) -> Any:
    """A parameter's value: what a word stands for; the pseudonym for the person; else what is written."""
    if isinstance(value, list):
        return tuple(PSEUDONYM_COLUMN if part == "person" else part for part in value)
    return words.get(value, value) if isinstance(value, str) else value


def _require_columns(check: Check) -> None:
    """Every column that the check reads is there: its own table's, and the one that it knows values from."""
    if strangers := set(check.needed) - set(canonical_table(check.table).raw_schema):
        raise ValueError(f"{check.table} has no column '{min(strangers)}'")
    if check.known_table:
        known, column = str(check.parameters["known"]).split(".")
        if known not in canonical_tables() or column not in canonical_table(known).raw_schema:
            raise ValueError(f"{check.id}: there is no '{check.parameters['known']}'")


def _columns(table: CanonicalTable, entry: Mapping[str, Any]) -> list[tuple[str, tuple[str, ...]]]:
    """(name in the id, columns judged together) for each check that an entry stands for."""
    if CHECK_TYPES[entry["type"]].judges_key:
        if entry["columns"] != "key":
            raise ValueError(f"{table.name}: {entry['type']} judges the key: write `columns: key`")
        return [("key", tuple(PSEUDONYM_COLUMN if part == "person" else part for part in table.key))]
    chosen = {
        "mandatory": [column.name for column in table.columns if not column.optional],
        "coded": [column.name for column in table.columns if column.values],
    }.get(str(entry["columns"]), entry["columns"])
    return [(name, (name,)) for name in chosen]
