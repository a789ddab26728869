"""The gate itself: every check on the tables of one delivery, and what follows for the delivery."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

import duckdb

from pipeline.canonical import canonical_table
from pipeline.checks.definitions import Check, check_definitions
from pipeline.checks.registry import known_view
from pipeline.checks.report import CheckResult, GateReport, Status
from pipeline.lake import EngineSettings, connect

Files = Mapping[str, Sequence[Path]]
"""Parquet files by canonical table."""

NOT_DELIVERED = "the delivery holds no such table"


def gate(
    tables: Files,
    *,
    earlier: Files | None = None,
    memory_limit: str = "1GB",
    threads: int = 2,
    spill: Path,
    upper_date: dt.date,
) -> GateReport:
    """Judge one delivery's tables by every check of `checks.yaml`.

    Args:
        tables: Parquet files by canonical table, with `delivery_id` beside the canonical columns and, in a
            table about persons, `pid` (16 bytes, may be empty).
        earlier: the same of what was accepted before for this contract; only `known_in` looks at it.
        memory_limit: what DuckDB may use, as it writes it.
        threads: how many threads DuckDB may use.
        spill: a folder for what outgrows the memory limit.
        upper_date: no date in the delivery may be later; the day it was delivered on.

    Returns:
        One result for each check, those on tables that were not delivered included.

    Raises:
        DeliveryRefusedError: when a table is none of the canonical ones.
    """
    for name in tables:
        canonical_table(name)
    definitions = check_definitions(upper_date)
    results: list[CheckResult] = []
    with connect(EngineSettings(memory_limit, threads, spill)) as connection:
        unreadable = _see(connection, tables, earlier or {}, {check.known_table for check in definitions})
        for table, checks in groupby(definitions, key=lambda check: check.table):
            results += _judge_table(connection, table, list(checks), tables, unreadable)
    return GateReport(tuple(results))


def _see(
    connection: duckdb.DuckDBPyConnection, tables: Files, earlier: Files, known: Iterable[str]
) -> dict[str, str]:
    """Make a view of each table, and of each `known` one with the earlier deliveries; what could not be read."""
    views = {name: [*paths] for name, paths in tables.items()}
    views |= {known_view(name): [*tables.get(name, ()), *earlier.get(name, ())] for name in known if name}
    unreadable = {}
    for view, paths in views.items():
        try:
            if paths:
                connection.read_parquet([str(path) for path in paths]).create_view(view)
        except duckdb.Error as error:
            unreadable[view] = type(error).__name__
    return unreadable


def _judge_table(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    checks: Sequence[Check],
    tables: Files,
    unreadable: Mapping[str, str],
) -> list[CheckResult]:
    """Every check of one table; a check that cannot be computed says so and leaves the others alone."""
    if not tables.get(table):
        return [CheckResult(check, Status.NOT_APPLICABLE, reason=NOT_DELIVERED) for check in checks]
    if table in unreadable:
        reason = f"the table's files cannot be read ({unreadable[table]})"
        return [CheckResult(check, Status.ERROR, reason=reason) for check in checks]

    from pipeline.checks.expectations import count_violations  # imports Great Expectations: eight seconds

    views = {
        name
        for (name,) in connection.sql("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()
    }
    present = set(connection.view(table).columns)
    beforehand = {check.id: _without_counting(check, present, views, unreadable) for check in checks}
    counts = count_violations(connection, table, [check for check in checks if beforehand[check.id] is None])
    results = []
    for check in checks:
        if (known := beforehand[check.id]) is not None:
            results.append(known)
        elif error_kind := counts[check.id].error:
            reason = f"it could not be computed ({error_kind})"
            results.append(CheckResult(check, Status.ERROR, reason=reason))
        else:
            found = counts[check.id]
            results.append(CheckResult.judged(check, violated=found.violated, denominator=found.denominator))
    return results


def _without_counting(
    check: Check, columns: set[str], views: set[str], unreadable: Mapping[str, str]
) -> CheckResult | None:
    """The result of a check whose columns or known values are not there; None when there is something to count."""
    if missing := [column for column in check.needed if column not in columns]:
        return CheckResult(check, Status.ERROR, reason=f"column {', '.join(missing)} is missing")
    view = known_view(check.known_table) if check.known_table else ""
    if view in unreadable:
        reason = f"the earlier deliveries' files of {check.known_table} cannot be read ({unreadable[view]})"
        return CheckResult(check, Status.ERROR, reason=reason)
    if view and view not in views:
        reason = f"neither this delivery nor an earlier one holds the table {check.known_table}"
        return CheckResult(check, Status.NOT_APPLICABLE, reason=reason)
    return None
