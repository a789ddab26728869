"""Case mix: what a population would have cost at the comparison group's rates, worked by hand."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pipeline.casemix.build import age_classes, standard_of
from pipeline.casemix.expected import CELL, cell_rates, expected_cost
from pipeline.errors import FiguresError
from tests.settlement_world import RAW, contract_from, exact_yaml, raw_contract
from tests.spec.sql_table_case import run_sql


def cells(*rows: tuple[int, str, str, str, int, int]) -> pl.DataFrame:
    """Rows of (year, side, sex, age class, insured months, retained cents); nothing is truncated."""
    names = ["year", "group_code", "sex_code", "age_class_code", "insured_months", "retained_cents"]
    frame = pl.DataFrame(rows, schema=names, orient="row")
    return frame.with_columns(in_domain_cents="retained_cents", truncated_cents=pl.lit(0))


WORKED = cells(
    # At the comparison group's rates: young women 100 cents a month, old men 400.
    (2025, "comparison", "F", "18-64", 200, 20_000),
    (2025, "comparison", "M", "65+", 100, 40_000),
    (2025, "contracted", "F", "18-64", 50, 4_000),
    (2025, "contracted", "M", "65+", 150, 66_000),
    (2024, "contracted", "F", "18-64", 60, 9_000),
    (2024, "comparison", "F", "18-64", 10, 99_999),
)


def test_own_months_at_the_comparison_groups_rates() -> None:
    rates = cell_rates(WORKED, 2025)
    assert rates.rows() == [("F", "18-64", 100.0), ("M", "65+", 400.0)]
    own = expected_cost(WORKED, rates, 2025, "contracted", 2025)
    assert (own.insured_months, own.retained_cents) == (200, 70_000)
    assert own.expected_cents == 50 * 100 + 150 * 400


def test_another_year_is_held_against_the_rates_of_the_settlement_year() -> None:
    own = expected_cost(WORKED, cell_rates(WORKED, 2025), 2024, "contracted", 2025)
    assert (own.retained_cents, own.expected_cents) == (9_000, 60 * 100)


def test_a_cell_that_the_comparison_group_lacks_takes_its_mean_and_is_counted() -> None:
    table = pl.concat([WORKED, cells((2025, "contracted", "M", "18-64", 30, 1))])
    own = expected_cost(table, cell_rates(table, 2025), 2025, "contracted", 2025)
    assert own.months_without_cell == 30
    assert own.expected_cents == 50 * 100 + 150 * 400 + 30 * 60_000 / 300


def test_own_history_is_the_standard_where_that_was_agreed() -> None:
    """At the contracted population's own rates of 2024, 150 cents a month, and the mean for whom it had nobody."""
    rates = cell_rates(WORKED, 2024, "contracted")
    assert rates.rows() == [("F", "18-64", 150.0), ("M", "65+", None)]
    then = expected_cost(WORKED, rates, 2024, "contracted", 2024, "contracted")
    now = expected_cost(WORKED, rates, 2025, "contracted", 2024, "contracted")
    assert then.expected_cents == then.retained_cents == 9_000
    assert (now.expected_cents, now.months_without_cell) == (200 * 150, 150)


@pytest.mark.parametrize(
    ("terms", "standard"),
    [
        ({"case_mix.model": "indirect"}, ("comparison", 2025)),
        ({"case_mix.model": "own"}, ("contracted", 2024)),
    ],
)
def test_whose_cost_is_the_standard(terms: dict[str, str], standard: tuple[str, int]) -> None:
    assert standard_of(contract_from(raw_contract(terms)).for_year(2025), 2025) == standard


def test_a_side_without_anybody_costs_nothing() -> None:
    nobody = expected_cost(WORKED, cell_rates(WORKED, 2025), 2023, "contracted", 2025)
    assert (nobody.insured_months, nobody.retained_cents, nobody.expected_cents) == (0, 0, 0.0)


@pytest.mark.parametrize(
    "table",
    [
        WORKED.filter(pl.col("group_code") == "contracted"),
        WORKED.filter(pl.col("year") == 2024),
        WORKED.clear(),
    ],
)
def test_without_a_comparison_group_there_is_no_case_mix(table: pl.DataFrame) -> None:
    with pytest.raises(FiguresError, match="no insured months in 2025"):
        cell_rates(table, 2025)


def test_age_classes_are_the_contracts_and_leave_no_age_out() -> None:
    classes = age_classes(contract_from(RAW).for_year(2025))
    assert classes["age_class_code"][0] == "00-04"
    assert classes["age_class_code"][-1] == "90+"
    assert classes["from_age"][0] == 0
    assert classes["to_age"][:-1].to_list() == [age - 1 for age in classes["from_age"][1:]]
    assert classes["to_age"][-1] > 120
    other = contract_from(raw_contract({"case_mix.age_bounds": exact_yaml("[0, 65]")})).for_year(2025)
    assert age_classes(other)["age_class_code"].to_list() == ["00-64", "65+"]


def test_cells_count_persons_months_and_cost(tmp_path: Path) -> None:
    persons = pl.DataFrame(
        [
            # year, side, sex, age, months, in domain, truncated
            (2025, "contracted", "F", 64, 12, 500, 0),
            (2025, "contracted", "F", 18, 6, 1_500, 500),
            (2025, "contracted", "F", 65, 12, 70, 0),
            (2025, "comparison", "F", 30, 1, -20, 0),
            (2024, "contracted", "M", 0, 12, 0, 0),
        ],
        schema=[
            "year",
            "group_code",
            "sex_code",
            "age_years",
            "insured_months",
            "in_domain_cents",
            "truncated_cents",
        ],
        orient="row",
    ).with_columns(retained_cents=pl.col("in_domain_cents") - pl.col("truncated_cents"))
    classes = pl.DataFrame(
        {"age_class_code": ["00-17", "18-64", "65+"], "from_age": [0, 18, 65], "to_age": [17, 64, 200]}
    )
    sources = {"core_person_year": persons, "terms_age_class": classes}
    made = run_sql(tmp_path, "casemix", "mart_casemix_cell", sources)
    assert made.columns[:4] == ["year", "group_code", *CELL]
    assert made.rows() == [
        (2024, "contracted", "M", "00-17", 1, 12, 0, 0, 0),
        (2025, "comparison", "F", "18-64", 1, 1, -20, 0, -20),
        (2025, "contracted", "F", "18-64", 2, 18, 2_000, 500, 1_500),
        (2025, "contracted", "F", "65+", 1, 12, 70, 0, 70),
    ]
