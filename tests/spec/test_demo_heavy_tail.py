"""A few people account for much of the cost: the dearest 1 % of insured take 20 to 25 % of it in a year."""

from __future__ import annotations

import polars as pl
import pytest

from pipeline.demo.care.hospital import simulate_hospital_care
from pipeline.demo.care.windows import insured_windows
from pipeline.demo.parameters import read_region
from pipeline.demo.people import simulate_people
from pipeline.demo.streams import Streams


@pytest.fixture(scope="module")
def people() -> pl.DataFrame:
    return simulate_people(read_region(), Streams(1), 20_000)


def cost_by_person(people: pl.DataFrame, year: int) -> pl.DataFrame:
    care = simulate_hospital_care(read_region(), Streams(1), people, year)
    spent = care.group_by("person").agg(cents=(pl.col("unit_cents") * pl.col("quantity")).sum())
    insured = insured_windows(people, year).select("person")
    return insured.join(spent, on="person", how="left").with_columns(pl.col("cents").fill_null(0))


@pytest.mark.parametrize("year", read_region().years.all)
def test_the_dearest_one_per_cent(people: pl.DataFrame, year: int) -> None:
    cents = cost_by_person(people, year)["cents"].sort(descending=True)
    assert 0.20 <= cents.head(cents.len() // 100).sum() / cents.sum() <= 0.25


def test_who_is_dear_one_year_is_likely_dear_the_next(people: pl.DataFrame) -> None:
    before, after = cost_by_person(people, 2023), cost_by_person(people, 2024)
    both = before.join(after, on="person", suffix="_next")
    limit = both["cents"].quantile(0.9)
    dear = both.filter(pl.col("cents") > limit)
    assert dear["cents_next"].mean() > 1.8 * both["cents_next"].mean()
