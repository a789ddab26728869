"""From the figures to the statement, and from the statement to the files that were written of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

import duckdb

from pipeline.claims.terms_tables import CONTRACTED
from pipeline.code_version import code_version
from pipeline.home import OcmoHome
from pipeline.money import round_cents
from pipeline.reporting.reconciliation.steps import Count, Step, same
from pipeline.reporting.statement import to_html, to_json
from pipeline.settlement import Statement
from pipeline.settlement.statement import State

ON_PAPER = "computed = on paper"


def stated(connection: duckdb.DuckDBPyConnection, statement: Statement) -> Iterator[Step]:
    """In figures = on the statement; the saving = what is paid and what the insurer keeps."""
    figures = Count("mart_expected_cost", "sum(retained_cents)", "year", f"group_code = '{CONTRACTED}'")
    scope, savings = f"{statement.contract.id} {statement.year}", statement.line("savings")
    inputs = {item.name: item.value for item in savings.inputs}
    yield Step(
        "in figures = on the statement",
        scope,
        "cents",
        figures.by_scope(connection).get(str(statement.year), 0),
        int(inputs["actual_cents"]),
    )
    yield divided(statement)


def divided(statement: Statement) -> Step:
    """The saving = what is paid and what the insurer keeps."""
    return Step(
        "savings = payable + insurer's",
        f"{statement.contract.id} {statement.year}",
        "cents",
        round_cents(statement.line("savings").amount),
        statement.payable_cents + statement.insurer_share_cents,
    )


def statements_folder(home: OcmoHome, business_date: dt.date) -> Path:
    """Where the statements on the figures of a business date lie."""
    return home.reports / "statements" / business_date.isoformat()


def written(home: OcmoHome, business_date: dt.date, statement: Statement) -> Iterator[Step]:
    """From what is computed to the files written of it, line by line; nothing when none was written."""
    folder = statements_folder(home, business_date)
    for state in get_args(State):
        name = f"{statement.contract.id}-{statement.year}-{state}"
        paths = [folder / f"{name}.json", folder / f"{name}.html"]
        if any(path.exists() for path in paths):
            again, release = replace(statement, state=state), code_version()
            contents = (to_json(again, code_version=release), to_html(again, code_version=release))
            yield from map(_on_paper, paths, contents)


def _on_paper(path: Path, computed: str) -> Step:
    """A file against what it would be if it were written now."""
    found = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    if not found:
        scope = f"{path.name}, missing or empty: draft again"
    elif code_version() not in found:
        scope = f"{path.name}, drafted by another release: draft again"
    else:
        scope = path.name
    return same(ON_PAPER, scope, "lines", _lines(computed), _lines(found))


def _lines(text: str) -> dict[str, object]:
    return {f"line {number:05}": line for number, line in enumerate(text.split("\n"), start=1)}
