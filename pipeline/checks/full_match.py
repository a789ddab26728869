"""An expectation of ours: every value matches a pattern from its first to its last character.

Great Expectations has no regular expressions for DuckDB. This adds them the way it provides for, as a
metric that it pushes down into the database. Importing this module imports Great Expectations.
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


class ColumnValuesMatchInFull(ColumnMapMetricProvider):
    """The condition, as DuckDB computes it."""

    condition_metric_name = "column_values.match_in_full"
    condition_value_keys = ("pattern",)

    @column_condition_partial(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(cls, column: sa.ColumnClause[Any], pattern: str, **_: object) -> sa.ColumnElement[Any]:  # noqa: N805
        return sa.func.regexp_full_match(column, sa.literal(pattern))


class ExpectColumnValuesToMatchInFull(ColumnMapExpectation):
    """Expect every value of `column` that is not empty to match `pattern` (RE2) in full."""

    pattern: str

    map_metric = "column_values.match_in_full"
    success_keys = ("pattern", "mostly")
