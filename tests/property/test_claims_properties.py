"""Whatever was delivered: nothing is lost, and nothing but the rows themselves decides what comes out."""

from __future__ import annotations

import random
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.casemix.expected import cell_rates, expected_cost
from tests.claims_world import DELIVERIES, PERSONS, Region, regions, tables_by_sql
from tests.oracles.claims_slowly import Row

few = settings(max_examples=30, deadline=None)
OUTCOMES = ["core_insured_month", "core_person_month", "core_person_year", "mart_casemix_cell"]
"""Tables that know nothing of deliveries."""


def valued(line: Row, valuation: str) -> int:
    awarded = None if valuation == "declared" else line["awarded_cents"]
    return int(line["declared_cents"] if awarded is None else awarded)


@given(regions(of_credits=True))
@few
def test_every_line_and_every_cent_in_exactly_one_bucket(region: Region) -> None:
    made = tables_by_sql(region)
    lines, buckets = made["core_claim_line"], made["mart_claim_bucket"]
    cents = sum(valued(line, region.agreed.valuation) for line in region.lines)
    keys = [(line["line_ref"], line["delivery_id"]) for line in region.lines]
    assert sorted(lines.select("line_ref", "delivery_id").rows()) == sorted(keys)
    assert lines["bucket_code"].null_count() == 0
    assert (lines.height, lines["cents"].sum()) == (len(region.lines), cents)
    assert (buckets["claim_lines"].sum(), buckets["cents"].sum()) == (len(region.lines), cents)
    assert buckets["declared_lines"].sum() == sum(line["awarded_cents"] is None for line in region.lines)


@given(regions(of_credits=True))
@few
def test_from_buckets_to_cells_no_cent_and_no_month_is_lost(region: Region) -> None:
    made = tables_by_sql(region)
    buckets, persons, cells = (
        made[name] for name in ("mart_claim_bucket", "core_person_year", "mart_casemix_cell")
    )
    in_domain = buckets.filter(pl.col("bucket_code") == "in_domain")["cents"].sum()
    linked = buckets.filter(pl.col("bucket_code") != "unlinked")["cents"].sum()
    months = made["core_insured_month"].filter(pl.col("group_code") != "other").height
    assert made["core_person_month"]["cents"].sum() == linked
    for table in (persons, cells):
        assert table["in_domain_cents"].sum() == in_domain
        assert table["retained_cents"].sum() + table["truncated_cents"].sum() == in_domain
        assert table["insured_months"].sum() == months
    too_much = pl.col("retained_cents") > region.agreed.truncation_cents
    assert persons.filter(too_much | (pl.col("truncated_cents") < 0)).is_empty()
    assert cells["persons"].sum() == persons.height


@given(regions(repeated=False), st.randoms(use_true_random=False))
@few
def test_the_order_of_rows_and_the_split_into_deliveries_do_not_matter(
    region: Region, chance: random.Random
) -> None:
    def dealt_anew(rows: list[Row]) -> list[Row]:
        dealt = [{**row, "delivery_id": chance.choice([*DELIVERIES, "late"])} for row in rows]
        chance.shuffle(dealt)
        return dealt

    other = replace(region, periods=dealt_anew(region.periods), lines=dealt_anew(region.lines))
    before, after = tables_by_sql(region), tables_by_sql(other)
    for name in OUTCOMES:
        assert after[name].equals(before[name]), name
    by_bucket = pl.col("claim_lines", "declared_lines", "cents").sum()
    places = ["year_of_loss", "group_code", "care_type_code", "bucket_code"]
    sums = [
        made["mart_claim_bucket"].group_by(places).agg(by_bucket).sort(places) for made in (before, after)
    ]
    assert sums[0].equals(sums[1])


@given(regions(of_credits=True), st.permutations(PERSONS))
@few
def test_no_result_depends_on_a_pseudonym(region: Region, others: list[bytes]) -> None:
    """Other pseudonyms, in another order, give the same tables, but for the pseudonyms in them."""
    new = {old: bytes(byte ^ 0xA5 for byte in other) for old, other in zip(PERSONS, others, strict=True)}
    back = {renamed: old for old, renamed in new.items()}

    def renamed(rows: list[Row]) -> list[Row]:
        return [{**row, "pid": new.get(row["pid"])} for row in rows]

    before = tables_by_sql(region)
    after = tables_by_sql(replace(region, periods=renamed(region.periods), lines=renamed(region.lines)))
    for name, table in before.items():
        rows = after[name].to_dicts()
        if "pid" in table.columns:
            rows = [{**row, "pid": back.get(row["pid"])} for row in rows]
        assert sorted(map(repr, rows)) == sorted(map(repr, table.to_dicts())), name


def comparison_cells(region: Region) -> pl.DataFrame:
    """The cells of a region whose comparison group has months in the last year; other regions are passed over."""
    cells = tables_by_sql(region)["mart_casemix_cell"]
    year = region.agreed.years[-1]
    assume(not cells.filter(pl.col("group_code") == "comparison", pl.col("year") == year).is_empty())
    return cells


@given(regions())
@few
def test_in_the_comparison_group_expected_cost_is_observed_cost(region: Region) -> None:
    cells, year = comparison_cells(region), region.agreed.years[-1]
    group = expected_cost(cells, cell_rates(cells, year), year, "comparison", year)
    assert group.expected_cents == pytest.approx(group.retained_cents, rel=1e-9, abs=1e-6)
    assert group.months_without_cell == 0


@given(regions(), st.integers(2, 1000))
@few
def test_comparison_cost_k_times_as_high_makes_expected_cost_k_times_as_high(
    region: Region, times: int
) -> None:
    cells, year = comparison_cells(region), region.agreed.years[-1]
    is_comparison = pl.col("group_code") == "comparison"
    dearer = cells.with_columns(
        retained_cents=pl.col("retained_cents") * pl.when(is_comparison).then(times).otherwise(1)
    )
    for own_year in region.agreed.years:
        once, many = (
            expected_cost(table, cell_rates(table, year), own_year, "contracted", year)
            for table in (cells, dearer)
        )
        assert many.expected_cents == pytest.approx(times * once.expected_cents, rel=1e-9, abs=1e-6)
        assert (many.retained_cents, many.insured_months) == (once.retained_cents, once.insured_months)
