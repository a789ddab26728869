"""The checks as data: read `checks.yaml`, hold it against the canonical tables, and write it out in full.

`columns` is a list, or one word that stands for columns of the canonical table: `mandatory` (those it does
not call optional), `coded` (those with a closed list of values, which is then the parameter `values`) or
`key` (its key; `person` is the pseudonym by now). Each check on each column has an id of its own,
`<table>.<column>.<type>`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from pipeline.canonical import CanonicalTable, canonical_table
from pipeline.checks.registry import CHECK_TYPES

CHECKS = Path(__file__).parent / "checks.yaml"
PSEUDONYM_COLUMN = "pid"
SEVERITIES = ("stop", "warn")
_REQUIRED = {"type", "columns", "says", "severity", "endangers"}


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


def check_definitions(upper_date: dt.date, path: Path = CHECKS) -> tuple[Check, ...]:
    """Every check, in the order of the file; `upper_date` and `upper_year` in it become that date's.

    Raises:
        ValueError: when the file names a type, parameter, column or output that does not exist. The file
            is part of the product, so this is a defect and no user's error.
    """
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    outputs = set(raw["outputs"])
    upper = {"upper_date": upper_date, "upper_year": upper_date.year}
    checks: list[Check] = []
    for table_name, entries in raw["tables"].items():
        table = canonical_table(table_name)
        for entry in entries:
            _validate(entry, outputs, where=f"{path.name}, {table_name}")
            checks += _written_out(table, entry, upper)
    if len({check.id for check in checks}) < len(checks):
        raise ValueError(f"{path.name}: the same type of check stands twice on one column")
    return tuple(checks)


def _validate(entry: Mapping[str, Any], outputs: set[str], *, where: str) -> None:
    """An entry has a known type, that type's parameters, a share as threshold, a severity, known outputs."""
    if missing := _REQUIRED - set(entry):
        raise ValueError(f"{where}: an entry lacks '{min(missing)}'")
    if entry["type"] not in CHECK_TYPES:
        raise ValueError(f"{where}: '{entry['type']}' is no type of check; known: {', '.join(CHECK_TYPES)}")
    if unknown := set(entry) - _REQUIRED - {"threshold"} - CHECK_TYPES[entry["type"]].parameters:
        raise ValueError(f"{where}: {entry['type']} takes no '{min(unknown)}'")
    if not 0 <= entry.get("threshold", 0) < 1:
        raise ValueError(f"{where}: threshold is a share, from 0 up to but not including 1")
    if entry["severity"] not in SEVERITIES:
        raise ValueError(f"{where}: severity is {' or '.join(SEVERITIES)}")
    if strangers := set(entry["endangers"]) - outputs:
        raise ValueError(f"{where}: endangers '{min(strangers)}', which is no output")


def _written_out(
    table: CanonicalTable, entry: Mapping[str, Any], upper: Mapping[str, Any]
) -> Iterator[Check]:
    check_type = CHECK_TYPES[entry["type"]]
    for name, columns in _columns(table, entry):
        parameters = {
            key: upper.get(entry[key], entry[key]) for key in sorted(check_type.parameters & set(entry))
        }
        if entry["columns"] == "coded":
            parameters["values"] = next(column.values for column in table.columns if column.name == name)
        if missing := check_type.required - set(parameters):
            raise ValueError(f"{table.name}: {entry['type']} on {name} lacks '{min(missing)}'")
        if check_type.optional and not parameters:
            known = " or ".join(sorted(check_type.optional))
            raise ValueError(f"{table.name}: {entry['type']} on {name} needs {known}")
        yield Check(
            id=f"{table.name}.{name}.{entry['type']}",
            table=table.name,
            type=entry["type"],
            columns=columns,
            parameters=parameters,
            says=entry["says"],
            threshold=Decimal(str(entry.get("threshold", 0))),
            severity=entry["severity"],
            endangers=tuple(entry["endangers"]),
        )


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
    strangers = set(chosen) - set(table.polars_schema)
    if strangers:
        raise ValueError(f"{table.name} has no column '{min(strangers)}'")
    return [(name, (name,)) for name in chosen]
