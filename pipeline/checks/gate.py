"""The gate itself: every check on the tables of one delivery, and what follows for the delivery."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

import duckdb

from pipeline.canonical import canonical_table
from pipeline.checks.definitions import Check, check_definitions
from pipeline.checks.report import CheckResult, GateReport, Status
from pipeline.lake import EngineSettings, connect


def gate(
    tables: Mapping[str, list[Path]],
    *,
    memory_limit: str = "1GB",
    threads: int = 2,
    spill: Path,
    upper_date: dt.date,
) -> GateReport:
    """Judge one delivery's tables by every check of `checks.yaml`.

    Args:
        tables: Parquet files by canonical table, with the columns `pid` (16 bytes, may be empty) and
            `delivery_id` beside the canonical ones.
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
    results: list[CheckResult] = []
    with connect(EngineSettings(memory_limit, threads, spill)) as connection:
        for table, checks in groupby(check_definitions(upper_date), key=lambda check: check.table):
            results += _judge_table(connection, table, tables.get(table, []), list(checks))
    return GateReport(tuple(results))


def _judge_table(
    connection: duckdb.DuckDBPyConnection, table: str, paths: Sequence[Path], checks: Sequence[Check]
) -> list[CheckResult]:
    """Every check of one table; a check that cannot be computed says so and leaves the others alone."""
    from pipeline.checks.expectations import count_violations  # imports Great Expectations: eight seconds

    if not paths:
        reason = "the delivery holds no such table"
        return [CheckResult(check, Status.NOT_APPLICABLE, reason=reason) for check in checks]
    try:
        connection.read_parquet([str(path) for path in paths]).create_view(table)
    except duckdb.Error as error:
        reason = f"the table's files cannot be read ({type(error).__name__})"
        return [CheckResult(check, Status.ERROR, reason=reason) for check in checks]

    present = set(connection.view(table).columns)
    computable = [check for check in checks if present.issuperset(check.columns)]
    counts = count_violations(connection, table, computable)
    results = []
    for check in checks:
        if check not in computable:
            missing = ", ".join(column for column in check.columns if column not in present)
            results.append(CheckResult(check, Status.ERROR, reason=f"column {missing} is missing"))
        elif error_kind := counts[check.id].error:
            reason = f"it could not be computed ({error_kind})"
            results.append(CheckResult(check, Status.ERROR, reason=reason))
        else:
            found = counts[check.id]
            results.append(CheckResult.judged(check, violated=found.violated, denominator=found.denominator))
    return results
