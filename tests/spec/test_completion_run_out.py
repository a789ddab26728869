"""Run-out: cells in, patterns and completed cost out."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.completion.completed import by_kind, completed_cost
from pipeline.completion.parameters import RunOutParameters, run_out_parameters
from pipeline.completion.patterns import last_invoiced_month, run_out_patterns
from tests.spec.sql_table_case import PERSON_A, run_sql
from tests.unit.test_completion_chain_ladder import RAA

ANYTHING_GOES = RunOutParameters(least_service_months=1, least_share_complete=0.0, quarterly_when_share=1.01)
YEAR_END = dt.date(2025, 12, 31)


def month(text: str) -> dt.date:
    return dt.date.fromisoformat(f"{text}-01")


def cell(service: str, invoiced: str, cents: int, **values: Any) -> dict[str, Any]:
    """Hospital care of the contracted side, in the domain, unless said otherwise; ten lines."""
    return {
        "group_code": "contracted",
        "care_type_code": "hospital_product",
        "bucket_code": "in_domain",
        "service_month": month(service),
        "invoiced_month": month(invoiced),
        "claim_lines": 10,
        "cents": cents,
        **values,
    }


def made(
    rows: list[dict[str, Any]],
    parameters: RunOutParameters = ANYTHING_GOES,
    years: tuple[int, ...] = (2025,),
    delivered_on: dt.date = YEAR_END,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(patterns, completed cost) of some cells, delivered at the end of 2025 unless said otherwise."""
    cells = pl.DataFrame(rows)
    now = last_invoiced_month(cells, delivered_on)
    patterns = run_out_patterns(cells, years, now, parameters)
    return patterns, completed_cost(cells, patterns, years, now, parameters)


def raa_cells(**values: Any) -> list[dict[str, Any]]:
    """The published triangle, its years as the months from March to December 2025."""
    return [
        cell(f"2025-{3 + row:02d}", f"2025-{3 + row + age:02d}", after - before, **values)
        for row, years in enumerate(RAA)
        for age, (before, after) in enumerate(zip([0, *years], years, strict=False))
    ]


def test_a_published_triangle_as_months_comes_to_the_published_reserve() -> None:
    _, cost = made(raa_cells())
    reserve = cost["completed_cents"].sum() - cost["cents_so_far"].sum()
    assert reserve == pytest.approx(52_135, abs=5), "each month is rounded to a cent"
    assert cost["cents_so_far"].sum() == sum(row[-1] for row in RAA)


def test_both_sides_and_buckets_share_a_pattern_and_are_completed_each_by_itself() -> None:
    """A hundredth of the same triangle on the other side is completed to a hundredth."""
    other = [{**row, "cents": 100 * row["cents"], "group_code": "comparison"} for row in raa_cells()]
    alone, _ = made(raa_cells())
    patterns, cost = made([*raa_cells(), *other])
    assert patterns["to_ultimate"].to_list() == pytest.approx(alone["to_ultimate"].to_list())
    sides = {side: rows["completed_cents"].sum() for (side,), rows in cost.group_by("group_code")}
    assert sides["comparison"] == pytest.approx(100 * sides["contracted"], abs=600)


def test_what_lies_after_now_is_no_zero_and_a_month_without_a_claim_is() -> None:
    """Half of a month comes at once and half in the next; nothing of February ever came."""
    patterns, cost = made(
        [
            cell("2025-01", "2025-01", 100),
            cell("2025-01", "2025-02", 100),
            cell("2025-03", "2025-03", 70),
            cell("2025-03", "2025-04", 70),
            cell("2025-04", "2025-04", 50),
        ]
    )
    assert patterns["factor"].to_list() == [2.0, 1.0, 1.0, None]
    assert cost.select("service_month", "cents_so_far", "completed_cents").rows() == [
        (month("2025-01"), 200, 200),
        (month("2025-02"), 0, 0),
        (month("2025-03"), 140, 140),
        (month("2025-04"), 50, 100),
    ]


@pytest.mark.parametrize(
    ("delivered_on", "now"),
    [
        ("2025-12-31", "2025-02"),
        ("2026-03-01", "2025-02"),
        ("2026-03-30", "2025-02"),
        ("2026-03-31", "2026-03"),
        ("2026-04-10", "2026-03"),
    ],
)
def test_now_is_the_last_month_of_invoice_that_was_over_at_delivery(delivered_on: str, now: str) -> None:
    cells = pl.DataFrame([cell("2025-01", "2025-02", 1), cell("2025-01", "2026-03", 1)])
    assert last_invoiced_month(cells, dt.date.fromisoformat(delivered_on)) == month(now)


def test_without_an_invoice_now_is_the_last_month_that_was_over() -> None:
    cells = pl.DataFrame([cell("2025-01", "2025-02", 1)]).clear()
    assert last_invoiced_month(cells, YEAR_END) == month("2025-12")
    assert last_invoiced_month(cells, dt.date(2026, 1, 10)) == month("2025-12")


def test_the_first_days_of_a_month_are_no_month() -> None:
    """Half of each month comes at once, half in the next; the delivery of 10 October has ten days of October.

    Were October a month that is over, September would look as if a sixth of it had come and no more followed.
    """
    halves = [
        cell(f"2025-{number:02d}", f"2025-{number + later:02d}", 300)
        for number in range(1, 10)
        for later in (0, 1)
        if number + later <= 9
    ]
    young = [cell("2025-09", "2025-10", 100), cell("2025-10", "2025-10", 100)]
    _, cost = made([*halves, *young], delivered_on=dt.date(2025, 10, 10))
    assert cost.filter(pl.col("service_month") == month("2025-09"))["completed_cents"].item() == 600
    year = by_kind(cost, 2025).row(0, named=True)
    assert (year["service_months"], year["completed_cents"]) == (9, 9 * 600)
    assert year["cents_so_far"] == sum(row["cents"] for row in [*halves, *young]), "October came, and is seen"


def test_cost_before_there_is_any_pattern_stays_at_what_came() -> None:
    """Everything was invoiced after the business date: no month is over, and no cent is lost."""
    cells = pl.DataFrame([cell("2025-01", "2025-02", 40), cell("2025-03", "2025-03", 2)])
    now = last_invoiced_month(cells, dt.date(2024, 6, 1))
    patterns = run_out_patterns(cells, [2025], now, ANYTHING_GOES)
    cost = completed_cost(cells, patterns, [2025], now, ANYTHING_GOES)
    assert patterns.is_empty()
    assert cost.select("cents_so_far", "completed_cents", "method").rows() == [
        (40, 40, "not_completed"),
        (2, 2, "not_completed"),
    ]


def test_what_was_invoiced_in_advance_came_at_once() -> None:
    patterns, cost = made([cell("2025-03", "2025-01", 40), cell("2025-03", "2025-03", 60)])
    assert cost.filter(pl.col("service_month") == month("2025-03"))["cents_so_far"].to_list() == [100]
    assert patterns["to_ultimate"].unique().to_list() == [1.0]


def quarterly() -> list[dict[str, Any]]:
    """Invoiced at the end of each quarter: half of a quarter's care in it, half a quarter later."""
    return [
        cell(f"2025-{service:02d}", invoiced, 100)
        for service in range(1, 13)
        for invoiced in (f"2025-{(service + 2) // 3 * 3:02d}", f"2025-{(service + 2) // 3 * 3 + 3:02d}")
        if int(invoiced[5:]) <= 12
    ]


def test_care_invoiced_by_the_quarter_runs_out_by_quarters() -> None:
    patterns, cost = made(quarterly(), replace(ANYTHING_GOES, quarterly_when_share=0.95))
    assert patterns["step_months"].unique().to_list() == [3]
    assert patterns["to_ultimate"].to_list() == [2.0, 1.0, 1.0, 1.0]
    assert cost.select("service_month", "cents_so_far", "completed_cents").rows() == [
        (month("2025-01"), 600, 600),
        (month("2025-04"), 600, 600),
        (month("2025-07"), 600, 600),
        (month("2025-10"), 300, 600),
    ]


def test_a_quarter_that_is_not_over_is_not_completed() -> None:
    """One line of November says that it is November; the fourth quarter is not over."""
    rows = [row for row in quarterly() if row["invoiced_month"] <= month("2025-09")]
    parameters = replace(ANYTHING_GOES, quarterly_when_share=0.9)
    _, cost = made([*rows, cell("2025-10", "2025-11", 7, claim_lines=1)], parameters)
    assert cost.select("service_month", "method", "completed_cents").rows()[-1] == (
        month("2025-10"), "not_completed", 7,
    )  # fmt: skip
    assert by_kind(cost, 2025)["method"].to_list() == ["partly"]


@pytest.mark.parametrize(
    ("parameters", "method"),
    [
        (ANYTHING_GOES, "chain_ladder"),
        (replace(ANYTHING_GOES, least_service_months=11), "not_completed"),
        (replace(ANYTHING_GOES, least_share_complete=0.2), "partly"),
    ],
)
def test_what_is_not_completed_stays_at_what_came_and_is_said(
    parameters: RunOutParameters, method: str
) -> None:
    """Ten months; the share complete of the youngest is 0.11, of the next 0.33."""
    _, cost = made(raa_cells(), parameters)
    left = cost.filter(pl.col("method") == "not_completed")
    assert left["completed_cents"].to_list() == left["cents_so_far"].to_list()
    assert left["share_complete"].null_count() == left.height
    whole = by_kind(cost, 2025).row(0, named=True)
    assert whole["method"] == method
    assert whole["completed_months"] == {"chain_ladder": 12, "partly": 11, "not_completed": 0}[method]
    assert (whole["share_complete"] is None) == (method == "not_completed")


def test_a_month_that_is_not_completed_is_as_dear_as_the_mean_of_those_that_are() -> None:
    """Eleven months come to 11 x 1,000; December has hardly begun to come."""
    months = [cell(f"2025-{number:02d}", f"2025-{number:02d}", 10) for number in range(1, 13)]
    later = [cell(f"2025-{number:02d}", f"2025-{number + 1:02d}", 990) for number in range(1, 12)]
    whole = by_kind(made([*months, *later], replace(ANYTHING_GOES, least_share_complete=0.05))[1], 2025)
    columns = ("method", "service_months", "completed_months", "cents_so_far", "completed_cents")
    assert whole.select(columns).row(0) == ("partly", 12, 11, 11_010, 12_000)
    assert whole["share_complete"].item() == pytest.approx(11_010 / 12_000)


def test_a_month_that_is_not_completed_is_at_least_what_came_of_it() -> None:
    """December's first tenth is as much as other months cost altogether: what came is not thrown away."""
    months = [cell(f"2025-{number:02d}", f"2025-{number:02d}", 10) for number in range(1, 12)]
    later = [cell(f"2025-{number:02d}", f"2025-{number + 1:02d}", 990) for number in range(1, 12)]
    dear = [cell("2025-12", "2025-12", 1_500)]
    cost = made([*months, *later, *dear], replace(ANYTHING_GOES, least_share_complete=0.05))[1]
    assert by_kind(cost, 2025)["completed_cents"].to_list() == [11 * 1_000 + 1_500]


def test_a_baseline_year_is_completed_as_well() -> None:
    """Nine tenths of a month come at once and a tenth in the next; of December 2024 the tenth is still to come."""
    years = [f"{year}-{number:02d}" for year in (2023, 2024) for number in range(1, 13)]
    rows = [
        *(cell(at, at, 90) for at in years),
        *(cell(at, after, 10) for at, after in itertools.pairwise(years)),
    ]
    cost = made(rows, years=(2023, 2024))[1]
    columns = ("cents_so_far", "completed_cents", "service_months")
    assert by_kind(cost, 2023).select(columns).row(0) == (1_200, 1_200, 12)
    assert by_kind(cost, 2024).select(columns).row(0) == (1_190, 1_200, 12)
    assert by_kind(cost, 2025).is_empty()


def test_a_year_that_is_over_and_one_that_is_not() -> None:
    """Of the year: months that have begun, and months of run-out after its end."""
    rows = raa_cells()
    running = by_kind(made([row for row in rows if row["invoiced_month"] <= month("2025-09")])[1], 2025)
    assert running.select("service_months", "run_out_months").row(0) == (9, 0)
    over = made([*rows, cell("2024-12", "2025-12", 5)], years=(2025, 2024))[1]
    assert by_kind(over, 2024).select("service_months", "run_out_months").row(0) == (12, 12)


def test_the_order_of_cells_does_not_matter() -> None:
    rows = [*raa_cells(), *raa_cells(care_type_code="dental"), *raa_cells(bucket_code="out_of_domain")]
    for there, back in zip(made(rows), made(rows[::-1]), strict=True):
        assert there.equals(back)


def test_the_parameters_are_read() -> None:
    assert run_out_parameters().least_service_months > 0


def test_cells_by_service_month_and_month_of_invoice(tmp_path: Path) -> None:
    def line(service: str, booked: str, cents: int, bucket: str = "in_domain") -> dict[str, Any]:
        place = {
            "group_code": "contracted",
            "care_type_code": "dental",
            "bucket_code": bucket,
            "pid": PERSON_A,
        }
        return {**place, "month": month(service), "booked_month": month(booked), "cents": cents}

    lines = pl.DataFrame(
        [
            line("2024-11", "2025-02", 100),
            line("2024-11", "2025-02", -30),
            line("2024-11", "2024-10", 5),
            line("2024-11", "2025-02", 7, "out_of_domain"),
            line("2024-11", "2025-02", 999, "outside_population"),
        ]
    )
    cells = run_sql(tmp_path, "completion", "mart_run_out_cell", {"core_claim_line": lines})
    assert cells.select(
        "bucket_code", "invoiced_month", "development_months", "claim_lines", "cents"
    ).rows() == [
        ("in_domain", month("2024-10"), 0, 1, 5),
        ("in_domain", month("2025-02"), 3, 2, 70),
        ("out_of_domain", month("2025-02"), 3, 1, 7),
    ]
