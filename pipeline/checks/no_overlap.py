"""An expectation of ours: a person's periods do not overlap.

A period is a first month and a number of months. It violates when another of the same person, and of the
same of whatever else sets them apart, begins earlier and has not ended. Two that begin in one month are
the key's matter. Importing this module imports Great Expectations.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider.column_condition_partial import (
    column_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.column_map_metric_provider import (
    ColumnMapMetricProvider,
)

MONTHS_IN_YEAR = 12


class PeriodsDoNotOverlap(ColumnMapMetricProvider):
    """The condition, as DuckDB computes it: the row is none of those that begin before an earlier one ends.

    Rows of nobody (without a value in one of `by`) and rows of no month overlap nothing.
    """

    condition_metric_name = "column_values.period_without_overlap"
    condition_value_keys = ("months", "by")

    @column_condition_partial(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(
        cls,  # noqa: N805
        column: sa.ColumnClause[Any],
        months: str,
        by: list[str],
        _table: Any,
        **_: object,
    ) -> sa.ColumnElement[Any]:
        whose: list[sa.ColumnClause[Any]] = [sa.column(name) for name in by]
        length: sa.ColumnClause[Any] = sa.column(months)
        start = sa.extract("year", column) * MONTHS_IN_YEAR + sa.extract("month", column)
        reached = sa.func.max(start + length).over(partition_by=whose, order_by=start, range_=(None, -1))
        periods = (
            sa.select(*whose, column, (reached > start).label("overlaps"))
            .select_from(_table)
            .where(length > 0, *(one.is_not(None) for one in whose))
            .subquery()
        )
        overlapping = sa.select(*(periods.c[one.name] for one in (*whose, column))).where(periods.c.overlaps)
        somebodys = sa.and_(*(one.is_not(None) for one in whose), length > 0)
        return sa.or_(sa.not_(somebodys), sa.tuple_(*whose, column).not_in(overlapping))


class ExpectPeriodsNotToOverlap(ColumnMapExpectation):
    """Expect periods from `column` on, `months` long, not to overlap for rows alike in `by`."""

    months: str
    by: list[str]

    map_metric = "column_values.period_without_overlap"
    success_keys = ("months", "by", "mostly")
