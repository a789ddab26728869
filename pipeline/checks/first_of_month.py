"""An expectation of ours: every value is the first day of one of some months.

Importing this module imports Great Expectations.
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


class ColumnValuesFirstOfMonth(ColumnMapMetricProvider):
    """The condition, as DuckDB computes it."""

    condition_metric_name = "column_values.first_of_month"
    condition_value_keys = ("months",)

    @column_condition_partial(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(
        cls,  # noqa: N805
        column: sa.ColumnClause[Any],
        months: list[int],
        **_: object,
    ) -> sa.ColumnElement[Any]:
        return sa.and_(sa.extract("day", column) == 1, sa.extract("month", column).in_(months))


class ExpectColumnValuesToBeFirstOfMonth(ColumnMapExpectation):
    """Expect every date in `column` that is not empty to be the first day of one of `months` (1 to 12)."""

    months: list[int]

    map_metric = "column_values.first_of_month"
    success_keys = ("months", "mostly")
