"""A contract's terms, and what goes with them, as small tables for SQL to join with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl

from pipeline.canonical import care_types
from pipeline.contract import Terms
from pipeline.deliveries import Delivery

CONTRACTED, COMPARISON = "contracted", "comparison"


def _once(rows: Iterable[tuple[Any, ...]], *columns: str) -> pl.DataFrame:
    """A table in which each row stands once: SQL joins with it, and a row twice would count everybody twice."""
    return pl.DataFrame(list(dict.fromkeys(rows)), schema=[*columns], orient="row")


def area(terms: Terms) -> pl.DataFrame:
    """`postcode3_code`, `group_code`: whose population lives where."""
    comparison = terms.population_comparison_area
    rows = [(code, CONTRACTED) for code in terms.population_contracted_area.value]
    rows += [(code, COMPARISON) for code in (comparison.value if comparison else ())]
    return _once(rows, "postcode3_code", "group_code")


def provider(terms: Terms) -> pl.DataFrame:
    """`provider_code`, `group_code`: who is under contract and who serves as comparison."""
    comparison = terms.parties_comparison_providers
    rows = [(p.agb_code, CONTRACTED) for p in terms.parties_members.value]
    rows += [(p.agb_code, COMPARISON) for p in (comparison.value if comparison else ())]
    return _once(rows, "provider_code", "group_code")


def care_type(terms: Terms) -> pl.DataFrame:
    """`care_type_code`: the kinds of care in the domain."""
    return _once(((code,) for code in terms.domain_care_types_in.value), "care_type_code")


def insurer(terms: Terms) -> pl.DataFrame:
    """`insurer_code`: the labels that take part."""
    return _once(((code,) for code in terms.parties_insurer_codes.value), "insurer_code")


def kinds_of_care() -> pl.DataFrame:
    """`care_type_code`, `is_fixed`: every kind of care, whatever a contract takes in."""
    rows = [(kind.code, kind.is_fixed) for kind in care_types().values()]
    return pl.DataFrame(rows, schema=["care_type_code", "is_fixed"], orient="row")


def non_claim_kind(terms: Terms) -> pl.DataFrame:
    """`kind_code`: the kinds of payment without a claim that the contract takes in; none unless it says so."""
    agreed = terms.domain_non_claim_kinds_in
    return pl.DataFrame({"kind_code": list(agreed.value) if agreed else []}, schema={"kind_code": pl.String})


def delivery_supplier(deliveries: Iterable[Delivery]) -> pl.DataFrame:
    """`delivery_id`, `supplier`, `delivered_on`: who delivered what, and when."""
    rows = [(delivery.delivery_id, delivery.supplier, delivery.delivered_on) for delivery in deliveries]
    schema = {"delivery_id": pl.String, "supplier": pl.String, "delivered_on": pl.Date}
    return pl.DataFrame(rows, schema=schema, orient="row")


def law(terms: Terms) -> pl.DataFrame:
    """`financing_law_code`: the laws in the domain."""
    return _once(((code,) for code in terms.domain_financing_laws.value), "financing_law_code")


def years(terms: Terms, year: int) -> list[int]:
    """The years a settlement of `year` looks at: the baseline years and the year itself."""
    return [*terms.baseline_years, year]


def calendar_month(in_years: Iterable[int]) -> pl.DataFrame:
    """`month_index` (12 x year + month) of all months of some years."""
    indexes = [12 * year + month for year in in_years for month in range(1, 13)]
    return pl.DataFrame({"month_index": indexes}, schema={"month_index": pl.Int32})


def calendar_year(in_years: Iterable[int]) -> pl.DataFrame:
    """`year`, and its months as `from_index` up to, and not including, `until_index`."""
    rows = [(year, 12 * year + 1, 12 * year + 13) for year in in_years]
    schema = {"year": pl.Int32, "from_index": pl.Int32, "until_index": pl.Int32}
    return pl.DataFrame(rows, schema=schema, orient="row")
