"""From hospitals' records to indicators: every operation and every questionnaire is counted somewhere."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import polars as pl

from pipeline.indicators import measured
from pipeline.reporting.reconciliation.steps import Count, Step, counted_once, same, tie, values_by_key

AT_HOSPITAL = "year || ' ' || provider_code || ' ' || group_code"
REPORT = "instrument_code || ' ' || moment_code"
IN_DELIVERY = f"delivery_id || ' ' || {REPORT}"
IN_BUCKET = f"{IN_DELIVERY} || ' ' || bucket_code"
COUNTED = "bucket_code = 'counted' AND instrument_code = 'EQ-5D-5L'"
IDENTITY = ("indicator_id", "group_code")


def indicators(connection: duckdb.DuckDBPyConnection, year: int) -> Iterator[Step]:
    """In the lake = in the tables that indicators are measured from; measured again = indicators."""
    yield from _operations(connection)
    yield from _reports(connection)

    def read(table: str) -> pl.DataFrame:
        frame: pl.DataFrame = connection.table(table).pl()
        return frame

    again, published = (
        values_by_key(frame, IDENTITY) for frame in (measured(read, year), read("mart_indicator"))
    )
    yield same("measured again = indicators", f"{year}", "values", again, published)


def _operations(connection: duckdb.DuckDBPyConnection) -> Iterator[Step]:
    """Operations and complications by year and hospital, on any side, duplicates included."""
    for quantity, raw, operation, cell in (
        ("operations", "count(*)", "count(*)", "sum(operations)"),
        (
            "complications",
            "count(*) FILTER (has_complication)",
            "count(*) FILTER (has_complication)",
            "sum(complications)",
        ),
    ):
        yield from tie(
            connection,
            "in the lake = in operations",
            quantity,
            Count("raw_clinical_event", raw, "year(event_date) || ' ' || provider_code"),
            Count("core_operation", operation, "year || ' ' || provider_code"),
        )
        yield from tie(
            connection,
            "in operations = in complication cells",
            quantity,
            Count("core_operation", operation, AT_HOSPITAL),
            Count("mart_complication_cell", cell, AT_HOSPITAL),
        )
    yield from tie(
        connection,
        "in complication cells = in EQ-5D changes",
        "operations",
        Count("mart_complication_cell", "sum(operations)", AT_HOSPITAL),
        Count("mart_eq5d_change", "sum(operations)", AT_HOSPITAL),
    )
    yield from counted_once(
        connection,
        "operations",
        ("raw_clinical_event", "event_ref"),
        "core_operation",
        "group_code <> 'duplicate'",
    )


def _reports(connection: duckdb.DuckDBPyConnection) -> Iterator[Step]:
    """Questionnaires by delivery and moment in buckets, and those that count with their operations."""
    for step, before, after in (
        (
            "in the lake = in reports",
            Count("raw_patient_report", "count(*)", IN_DELIVERY),
            Count("core_patient_report", "count(*)", IN_DELIVERY),
        ),
        (
            "in reports = in report buckets",
            Count("core_patient_report", "count(*)", IN_BUCKET),
            Count("mart_report_bucket", "sum(reports)", IN_BUCKET),
        ),
        *(
            (
                "reports that count = in EQ-5D changes",
                Count(
                    "mart_report_bucket", "sum(reports)", REPORT, f"{COUNTED} AND moment_code = '{moment}'"
                ),
                Count("mart_eq5d_change", f"sum({moment}_reports)", f"'EQ-5D-5L {moment}'"),
            )
            for moment in ("before", "after")
        ),
    ):
        yield from tie(connection, step, "reports", before, after)
    yield from counted_once(
        connection,
        "reports",
        ("raw_patient_report", "event_ref"),
        "core_patient_report",
        "bucket_code <> 'duplicate'",
        scope=REPORT,
    )
