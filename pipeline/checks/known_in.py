"""An expectation of ours: every value stands in a column of another table.

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


class ColumnValuesKnown(ColumnMapMetricProvider):
    """The condition, as DuckDB computes it.

    The known values are first narrowed to those that are asked for: credits are few and claim lines many,
    so the hash table that DuckDB builds holds the few, and the many are only read past.
    """

    condition_metric_name = "column_values.known"
    condition_value_keys = ("known_table", "known_column")

    @column_condition_partial(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(
        cls,  # noqa: N805
        column: sa.ColumnClause[Any],
        known_table: str,
        known_column: str,
        _table: Any,
        **_: object,
    ) -> sa.ColumnElement[Any]:
        known: sa.ColumnClause[Any] = sa.column(known_column)
        asked = sa.select(column).select_from(_table).where(column.is_not(None))
        return column.in_(sa.select(known).select_from(sa.table(known_table)).where(known.in_(asked)))


class ExpectColumnValuesToBeKnown(ColumnMapExpectation):
    """Expect every value of `column` that is not empty to stand in `known_table.known_column`."""

    known_table: str
    known_column: str

    map_metric = "column_values.known"
    success_keys = ("known_table", "known_column", "mostly")
