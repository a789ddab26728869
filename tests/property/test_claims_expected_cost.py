"""Expected cost, whatever the cells: in balance with the comparison group, and in proportion to its cost."""

from __future__ import annotations

import random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.casemix.expected import CELL, cell_rates, expected_cost

YEAR, YEARS = 2025, (2023, 2025)
KEY = ["year", "group_code", *CELL]

places = st.tuples(
    st.sampled_from(YEARS),
    st.sampled_from(["contracted", "comparison"]),
    st.sampled_from(["F", "M"]),
    st.sampled_from(["00-17", "18-64", "65+"]),
)
sums = st.tuples(st.integers(1, 10_000), st.integers(-1_000_000, 10**9), st.integers(0, 10**8))


@st.composite
def cells(draw: st.DrawFn) -> pl.DataFrame:
    """A cell table whose comparison group has somebody in the settlement year; some cells lack."""
    drawn = draw(st.dictionaries(places, sums, max_size=12))
    drawn[YEAR, "comparison", "F", "18-64"] = draw(sums)
    rows: list[dict[str, Any]] = [
        {
            **dict(zip(KEY, place, strict=True)),
            "insured_months": months,
            "in_domain_cents": retained + truncated,
            "truncated_cents": truncated,
            "retained_cents": retained,
        }
        for place, (months, retained, truncated) in drawn.items()
    ]
    return pl.DataFrame(rows)


def rounding(table: pl.DataFrame) -> float:
    """A thousand-millionth of all cost in a table, whatever its sign."""
    return 1e-9 * float(table["retained_cents"].abs().sum())


@given(cells())
@settings(deadline=None)
def test_in_the_comparison_group_expected_is_observed(table: pl.DataFrame) -> None:
    group = expected_cost(table, cell_rates(table, YEAR), YEAR, "comparison", YEAR)
    assert group.expected_cents == pytest.approx(group.retained_cents, rel=0, abs=rounding(table))
    assert group.months_without_cell == 0


@given(cells(), st.integers(2, 1_000))
@settings(deadline=None)
def test_comparison_cost_k_times_as_high_is_expected_cost_k_times_as_high(
    table: pl.DataFrame, times: int
) -> None:
    factor = pl.when(pl.col("group_code") == "comparison").then(times).otherwise(1)
    dearer = table.with_columns(retained_cents=pl.col("retained_cents") * factor)
    for own_year in YEARS:
        once, many = (
            expected_cost(some, cell_rates(some, YEAR), own_year, "contracted", YEAR)
            for some in (table, dearer)
        )
        scale = times * rounding(table) * max(table["insured_months"])
        assert many.expected_cents == pytest.approx(times * once.expected_cents, rel=1e-9, abs=scale)
        assert (many.retained_cents, many.insured_months) == (once.retained_cents, once.insured_months)


@given(cells(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_the_cells_does_not_matter_to_the_last_bit(
    table: pl.DataFrame, chance: random.Random
) -> None:
    order = list(range(table.height))
    chance.shuffle(order)
    shuffled = table[order]
    for group in ("contracted", "comparison"):
        assert expected_cost(shuffled, cell_rates(shuffled, YEAR), YEAR, group, YEAR) == expected_cost(
            table, cell_rates(table, YEAR), YEAR, group, YEAR
        )


@given(cells())
@settings(deadline=None)
def test_every_month_is_expected_at_some_rate(table: pl.DataFrame) -> None:
    """Expected cost lies between the lowest and the highest rate, and months without a cell are counted."""
    rates = cell_rates(table, YEAR)
    own = expected_cost(table, rates, YEAR, "contracted", YEAR)
    known: list[float] = rates["rate"].drop_nulls().to_list()
    slack = 1e-9 * (1 + abs(own.expected_cents))
    assert own.insured_months * min(known) - slack <= own.expected_cents
    assert own.expected_cents <= own.insured_months * max(known) + slack
    without = rates.filter(pl.col("rate").is_null()).select(CELL)
    missing = table.filter(pl.col("year") == YEAR, pl.col("group_code") == "contracted").join(
        without, on=CELL, how="inner"
    )
    assert own.months_without_cell == missing["insured_months"].sum()
