"""Whatever was delivered: nothing is lost, and nothing but the rows themselves decides what comes out."""

from __future__ import annotations

import random
from dataclasses import replace

import polars as pl
from duckdb import DuckDBPyConnection
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.claims_world import DELIVERIES, PERSONS, Region, regions, tables_by_sql
from tests.oracles.claims_slowly import Row

few = settings(max_examples=15, deadline=None)
OUTCOMES = [
    "core_insured_period",
    "core_person_month",
    "core_person_year",
    "mart_cost_by_kind",
    "mart_book_difference",
    "mart_run_out_cell",
    "mart_casemix_cell",
]
"""Tables that know nothing of deliveries."""


def valued(line: Row, valuation: str) -> int:
    awarded = None if valuation == "declared" else line["awarded_cents"]
    return int(line["declared_cents"] if awarded is None else awarded)


@given(regions(of_credits=True))
@few
def test_every_line_and_every_cent_in_exactly_one_bucket(engine: DuckDBPyConnection, region: Region) -> None:
    made = tables_by_sql(engine, region)
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
def test_from_buckets_to_cells_no_cent_and_no_month_is_lost(
    engine: DuckDBPyConnection, region: Region
) -> None:
    made = tables_by_sql(engine, region)
    buckets, persons, cells = (
        made[name] for name in ("mart_claim_bucket", "core_person_year", "mart_casemix_cell")
    )
    in_domain = buckets.filter(pl.col("bucket_code") == "in_domain")["cents"].sum()
    linked = made["core_claim_line"].filter(pl.col("pid").is_not_null())["cents"].sum()
    on_a_side = pl.col("group_code").is_in(["contracted", "comparison"])
    insured = made["core_insured_period"].filter(on_a_side)
    months = insured.select(pl.col("until_index") - pl.col("from_index")).sum().item()
    assert made["core_person_month"]["cents"].sum() == linked
    for table in (persons, cells):
        assert table["in_domain_cents"].sum() == in_domain
        assert table.select(pl.col("retained_cents") + pl.col("truncated_cents")).sum().item() == in_domain
        assert table["insured_months"].sum() == months
    too_much = pl.col("retained_cents") > region.agreed.truncation_cents
    assert persons.filter(too_much | (pl.col("truncated_cents") < 0)).is_empty()
    assert cells["persons"].sum() == persons.height


@given(regions(of_credits=True))
@few
def test_of_each_reference_one_line_counts_and_unlinked_is_who_has_no_pseudonym(
    engine: DuckDBPyConnection, region: Region
) -> None:
    lines = tables_by_sql(engine, region)["core_claim_line"]
    counted = lines.filter(pl.col("bucket_code") != "duplicate")
    assert sorted(counted["line_ref"]) == sorted({line["line_ref"] for line in region.lines})
    is_unlinked = counted["bucket_code"] == "unlinked"
    assert is_unlinked.to_list() == counted["pid"].is_null().to_list()


@given(regions(repeated=False), st.randoms(use_true_random=False))
@few
def test_the_order_of_rows_and_the_split_into_deliveries_do_not_matter(
    engine: DuckDBPyConnection, region: Region, chance: random.Random
) -> None:
    def dealt_anew(rows: list[Row]) -> list[Row]:
        dealt = [{**row, "delivery_id": chance.choice([*DELIVERIES, "late"])} for row in rows]
        chance.shuffle(dealt)
        return dealt

    other = replace(region, periods=dealt_anew(region.periods), lines=dealt_anew(region.lines))
    before, after = tables_by_sql(engine, region), tables_by_sql(engine, other)
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
def test_no_result_depends_on_a_pseudonym(
    engine: DuckDBPyConnection, region: Region, others: list[bytes]
) -> None:
    """Other pseudonyms, in another order, give the same tables, but for the pseudonyms in them."""
    new = {old: bytes(byte ^ 0xA5 for byte in other) for old, other in zip(PERSONS, others, strict=True)}
    back = {renamed: old for old, renamed in new.items()}

    def renamed(rows: list[Row]) -> list[Row]:
        return [{**row, "pid": new.get(row["pid"])} for row in rows]

    before = tables_by_sql(engine, region)
    after = tables_by_sql(
        engine, replace(region, periods=renamed(region.periods), lines=renamed(region.lines))
    )
    for name, table in before.items():
        rows = after[name].to_dicts()
        if "pid" in table.columns:
            rows = [{**row, "pid": back.get(row["pid"])} for row in rows]
        assert sorted(map(repr, rows)) == sorted(map(repr, table.to_dicts())), name
