"""The reconciliation's own chain ladder: published reserves, and what it notices."""

from __future__ import annotations

import datetime as dt
import itertools
from fractions import Fraction
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

from pipeline.completion.build import completion_tables
from pipeline.completion.chain_ladder import Triangle
from pipeline.completion.parameters import RunOutParameters, run_out_parameters
from pipeline.reporting.reconciliation.completion import KEYS
from pipeline.reporting.reconciliation.ladder import Values, agreeing, run_out_again
from pipeline.reporting.reconciliation.steps import values_by_key
from tests.spec.test_completion_run_out import ANYTHING_GOES, YEAR_END, cell, raa_cells

YEARS = [2024, 2025]


def again(rows: list[dict[str, Any]], parameters: RunOutParameters) -> dict[str, Values]:
    with duckdb.connect(config={"threads": 1}) as connection:
        cells = pl.DataFrame(rows).with_columns(development_months=0)
        connection.register("mart_run_out_cell", cells.to_arrow())
        return run_out_again(connection, YEARS, YEAR_END, parameters)


def rows_of_all_kinds() -> list[dict[str, Any]]:
    """Months, quarters, credits, invoices in advance and after the delivery, a kind that shrinks below nothing."""
    quarter = {"care_type_code": "gp_registration"}
    other = {"group_code": "comparison"}
    return [
        *raa_cells(bucket_code="out_of_domain"),
        *(
            row
            for year in YEARS
            for n in range(1, 13)
            for row in (
                cell(f"{year}-{n:02d}", f"{year}-{(n + 2) // 3 * 3:02d}", 700 + n, **quarter),
                cell(f"{year}-{n:02d}", f"{year}-{n:02d}", 1_000 + n, **other),
                cell(f"{year}-{n:02d}", f"{year}-12", -33, **other),
            )
        ),
        cell("2025-03", "2025-01", 40),
        cell("2025-12", "2026-01", 5),
        cell("2025-06", "2025-06", 0, care_type_code="dental"),
        cell("2025-06", "2025-08", -9, care_type_code="dental"),
    ]


def differing(rows: list[dict[str, Any]]) -> dict[str, set[str]]:
    """Columns in which the published tables are not what the reconciliation computes, by table."""
    computed = again(rows, run_out_parameters())
    published = completion_tables(pl.DataFrame(rows), YEARS, YEAR_END)
    found = {}
    for table, key in KEYS.items():
        told = agreeing(computed[table], values_by_key(published[table], key))
        places = {*told, *computed[table]}
        found[table] = {p.split()[-1] for p in places if told.get(p) != computed[table].get(p)}
    return found


def test_by_sums_alone_a_published_triangle_comes_to_the_published_reserve() -> None:
    values = again(raa_cells(), ANYTHING_GOES)["mart_completed_cost"]
    completed = sum(v for p, v in values.items() if p.endswith("completed_cents") and isinstance(v, Fraction))
    so_far = sum(v for p, v in values.items() if p.endswith("cents_so_far") and isinstance(v, int))
    assert float(completed - so_far) == pytest.approx(52_135, abs=1)


def test_both_ways_agree_on_all_kinds_of_care() -> None:
    assert differing(rows_of_all_kinds()) == {"mart_run_out_pattern": set(), "mart_completed_cost": set()}


def test_a_ladder_that_weighs_otherwise_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mean of the months' own factors, which is another method, in place of the one by volume."""

    def mean_of_months(before: Triangle, after: Triangle) -> float:
        known = ~np.isnan(after) & (before != 0)
        return float(np.mean(after[known] / before[known])) if known.any() else 1.0

    def unweighted(cumulative: Triangle) -> list[float]:
        return [mean_of_months(*pair) for pair in itertools.pairwise(cumulative.T)]

    monkeypatch.setattr("pipeline.completion.patterns.development_factors", unweighted)
    found = differing(rows_of_all_kinds())
    assert {"factor", "to_ultimate", "share_complete"} <= found["mart_run_out_pattern"]
    assert "completed_cents" in found["mart_completed_cost"]


def test_a_month_of_invoice_too_many_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A "now" that counts a month of which more is to come."""
    monkeypatch.setattr("pipeline.completion.build.last_invoiced_month", lambda *_: dt.date(2026, 1, 1))
    assert "last_invoiced_month" in differing(rows_of_all_kinds())["mart_completed_cost"]


@pytest.mark.parametrize(
    ("exact", "published", "is_near"),
    [
        (Fraction(5, 2), 3, True),
        (Fraction(5, 2), 4, False),
        (Fraction(1, 3), 1 / 3, True),
        (Fraction(1, 3), 0.333, False),
        (Fraction(1, 3), None, False),
        (None, None, True),
    ],
)
def test_rounding_alone_is_no_difference(exact: object, published: object, is_near: bool) -> None:
    assert (agreeing({"a": exact}, {"a": published}) == {"a": exact}) is is_near
