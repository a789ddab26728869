"""Runs checks of one table as expectations, and brings back counts.

Results of Great Expectations can hold values, and its log lines and error texts can quote them. So it is
asked for counts only, is silent while it works, and of an error no more than its kind is kept. The context
lives in memory: nothing is written to the home folder or sent anywhere. Importing this module imports
Great Expectations.
"""

from __future__ import annotations

import contextlib
import logging
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb
import great_expectations as gx
from great_expectations.data_context.types.base import ProgressBarsConfig

from pipeline.checks.definitions import Check
from pipeline.checks.duckdb_dialect import NO_RESET, offered
from pipeline.checks.registry import CHECK_TYPES

COUNTS_ONLY = {"result_format": "BASIC", "partial_unexpected_count": 0, "exclude_unexpected_values": True}
_DUCKDB_ERROR = re.compile(r"\(_?duckdb\.(\w+)\)")


@dataclass(frozen=True)
class Counts:
    """What one check found: rows that violate it, of the rows it could judge. Or the kind of error."""

    violated: int = 0
    denominator: int = 0
    error: str = ""


def count_violations(
    connection: duckdb.DuckDBPyConnection, table: str, checks: Sequence[Check]
) -> Mapping[str, Counts]:
    """What each check finds in the view `table` of `connection`, by the check's id; one for every check.

    A check that cannot be computed has `error` set; it does not keep the others from being computed.
    """
    with _quiet(), offered(connection) as url:
        try:
            validation = _validate(url, table, checks)
        except Exception as error:  # noqa: BLE001 -- whatever it is, its text may quote values
            return {check.id: Counts(error=type(error).__name__) for check in checks}
    return {result.expectation_config.meta["check"]: _counts(result) for result in validation.results}


def _validate(url: str, table: str, checks: Sequence[Check]) -> Any:
    """Put the checks to Great Expectations as one suite over one batch: the whole table."""
    sources: Any = _context().data_sources  # its published types lack `kwargs`
    source = sources.add_or_update_sql("delivery", connection_string=url, kwargs=NO_RESET)
    try:
        batch = (
            source.add_table_asset(table, table_name=table)
            .add_batch_definition_whole_table("all")
            .get_batch()
        )
        suite = gx.ExpectationSuite(name=table, expectations=[_expectation(check) for check in checks])
        return batch.validate(suite, result_format=COUNTS_ONLY)
    finally:
        source.get_engine().dispose()
        source.get_execution_engine().close()


@cache
def _context() -> Any:
    """One context for all tables of a process: making one costs more than a small table's checks."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


def _expectation(check: Check) -> Any:
    build = CHECK_TYPES[check.type].build
    return build(gx.expectations, check.columns, check.parameters, {"meta": {"check": check.id}})


def _counts(result: Any) -> Counts:
    """Rows judged are the rows that are not empty, except where emptiness is the question."""
    found = result.result
    if "unexpected_count" not in found:
        kind = _DUCKDB_ERROR.search(str(result.exception_info))
        return Counts(error=kind[1] if kind else "no result")
    judged = found["element_count"] - found.get("missing_count", 0)
    return Counts(violated=found["unexpected_count"], denominator=judged)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Great Expectations says nothing: its log lines quote tracebacks, and those quote data."""
    logger = logging.getLogger("great_expectations")
    before, logger.disabled = logger.disabled, True
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.disabled = before
        logger.setLevel(level)
