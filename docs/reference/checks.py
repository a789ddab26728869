"""The page of the gate's checks, from `pipeline/checks/checks.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import yaml

from docs.reference.markdown import code, codes, document, table
from pipeline.checks.definitions import CHECKS
from pipeline.checks.registry import CHECK_TYPES

INTRODUCTION = """\
After a delivery is opened and linked, the gate judges its tables. A check counts the rows that violate it, of the
rows it can judge; it fails when their share is above the allowed one (none, unless the table says otherwise).
`stop` keeps the whole delivery out of the figures; `warn` lets it in and tells the operator. A check that cannot
be computed stops the delivery. Empty values are judged by `not_null` alone. Only counts come out, never a value.

In `columns`, `mandatory` stands for every column that may not be empty, `coded` for every column with a closed
list of values, and `key` for the table's key. `upper_date` is the day of delivery, `upper_year` its year. What is
`known` may stand in this delivery or in one that the contract accepted before it.
A check is called `<table>.<column>.<check>`, or by the name that stands beside it in brackets."""

PARAMETERS = sorted({name for kind in CHECK_TYPES.values() for name in kind.parameters})


def page() -> str:
    """The outputs that a check can endanger, and the checks by table."""
    raw = yaml.safe_load(CHECKS.read_text(encoding="utf-8"))
    endangered = table(("output", "what it is"), ((code(key), says) for key, says in raw["outputs"].items()))
    sections = (f"## {name}\n\n{_table(entries)}" for name, entries in raw["tables"].items())
    return document("Checks", INTRODUCTION, f"## Outputs a check can endanger\n\n{endangered}", *sections)


def _table(entries: list[Mapping[str, Any]]) -> str:
    headings = ("check", "columns", "with", "a violating row has", "allowed", "severity", "endangers")
    return table(headings, (_row(entry) for entry in entries))


def _row(entry: Mapping[str, Any]) -> tuple[str, ...]:
    columns = entry["columns"]
    return (
        code(entry["type"]) + (f" ({code(entry['name'])})" if "name" in entry else ""),
        code(columns) if isinstance(columns, str) else codes(columns),
        ", ".join(code(f"{name}: {entry[name]}") for name in PARAMETERS if name in entry),
        entry["says"],
        f"{Decimal(str(entry['threshold'])):%}" if entry.get("threshold") else "none",
        f"**{entry['severity']}**" if entry["severity"] == "stop" else entry["severity"],
        codes(entry["endangers"]),
    )
