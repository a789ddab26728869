"""The types of check, and how each is put to Great Expectations.

A type knows which parameters it takes and makes one expectation from columns and parameters. Empty values
count for no type but `not_null`: whether a column may be empty is that check's question alone. Great
Expectations itself is handed in as `gx`, since importing it takes eight seconds; the expectations of our
own are imported where they are built, for the same reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Expectation = Any
"""A `great_expectations` expectation; the library gives its expectations no usable static types."""

Build = Callable[[Any, tuple[str, ...], Mapping[str, Any], Mapping[str, Any]], Expectation]
"""(gx, columns, parameters, what every expectation carries along) -> expectation."""


@dataclass(frozen=True)
class CheckType:
    """One type of check: how to build it, its parameters, and whether it judges columns as one key.

    Of the `optional` parameters at least one must be given.
    """

    build: Build
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    judges_key: bool = False

    @property
    def parameters(self) -> frozenset[str]:
        """Every parameter the type takes."""
        return self.required | self.optional


def _not_null(
    gx: Any, columns: tuple[str, ...], _: Mapping[str, Any], common: Mapping[str, Any]
) -> Expectation:
    return gx.ExpectColumnValuesToNotBeNull(column=columns[0], **common)


def _values_in_set(
    gx: Any, columns: tuple[str, ...], parameters: Mapping[str, Any], common: Mapping[str, Any]
) -> Expectation:
    return gx.ExpectColumnValuesToBeInSet(column=columns[0], value_set=list(parameters["values"]), **common)


def _unique_key(
    gx: Any, columns: tuple[str, ...], _: Mapping[str, Any], common: Mapping[str, Any]
) -> Expectation:
    if len(columns) == 1:
        return gx.ExpectColumnValuesToBeUnique(column=columns[0], **common)
    return gx.ExpectCompoundColumnsToBeUnique(
        column_list=list(columns), ignore_row_if="any_value_is_missing", **common
    )


def _between(
    gx: Any, columns: tuple[str, ...], parameters: Mapping[str, Any], common: Mapping[str, Any]
) -> Expectation:
    return gx.ExpectColumnValuesToBeBetween(
        column=columns[0], min_value=parameters.get("min"), max_value=parameters.get("max"), **common
    )


def _at_least_column(
    gx: Any, columns: tuple[str, ...], parameters: Mapping[str, Any], common: Mapping[str, Any]
) -> Expectation:
    return gx.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A=columns[0],
        column_B=parameters["other"],
        or_equal=True,
        ignore_row_if="either_value_is_missing",
        **common,
    )


def _matches_pattern(
    _: Any, columns: tuple[str, ...], parameters: Mapping[str, Any], common: Mapping[str, Any]
) -> Expectation:
    from pipeline.checks.full_match import ExpectColumnValuesToMatchInFull

    return ExpectColumnValuesToMatchInFull(column=columns[0], pattern=parameters["pattern"], **common)


def _first_of_month(
    _: Any, columns: tuple[str, ...], parameters: Mapping[str, Any], common: Mapping[str, Any]
) -> Expectation:
    from pipeline.checks.first_of_month import ExpectColumnValuesToBeFirstOfMonth

    months = list(parameters.get("months", range(1, 13)))
    return ExpectColumnValuesToBeFirstOfMonth(column=columns[0], months=months, **common)


def _known_in(
    _: Any, columns: tuple[str, ...], parameters: Mapping[str, Any], common: Mapping[str, Any]
) -> Expectation:
    from pipeline.checks.known_in import ExpectColumnValuesToBeKnown

    table, column = parameters["known"].split(".")
    return ExpectColumnValuesToBeKnown(
        column=columns[0], known_table=known_view(table), known_column=column, **common
    )


def _no_overlap(
    _: Any, columns: tuple[str, ...], parameters: Mapping[str, Any], common: Mapping[str, Any]
) -> Expectation:
    from pipeline.checks.no_overlap import ExpectPeriodsNotToOverlap

    return ExpectPeriodsNotToOverlap(
        column=columns[0], months=parameters["length"], by=list(parameters["by"]), **common
    )


def known_view(table: str) -> str:
    """The view that holds `table` of this delivery and of the contract's earlier accepted ones."""
    return f"known_{table}"


CHECK_TYPES: dict[str, CheckType] = {
    "not_null": CheckType(_not_null),
    "values_in_set": CheckType(_values_in_set, required=frozenset({"values"})),
    "unique_key": CheckType(_unique_key, judges_key=True),
    "between": CheckType(_between, optional=frozenset({"min", "max"})),
    "at_least_column": CheckType(_at_least_column, required=frozenset({"other"})),
    "matches_pattern": CheckType(_matches_pattern, required=frozenset({"pattern"})),
    "first_of_month": CheckType(_first_of_month),
    "first_of_named_month": CheckType(_first_of_month, required=frozenset({"months"})),
    "known_in": CheckType(_known_in, required=frozenset({"known"})),
    "no_overlap": CheckType(_no_overlap, required=frozenset({"length", "by"})),
}
"""Every type of check by the name it has in `checks.yaml`."""
