"""Credits and new declarations in the messages of two years."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from pipeline.demo.corrections import Declared, declare
from pipeline.demo.parameters import Region, read_region
from pipeline.demo.streams import Streams


def performances(count: int) -> pl.DataFrame:
    day = dt.date(2024, 3, 1)
    return pl.DataFrame(
        {
            "hospital": pl.Series([0, 1] * (count // 2), dtype=pl.Int8),
            "person": pl.Series(range(count), dtype=pl.UInt32),
            "start_date": [day] * count,
            "quantity": [2] * count,
            "unit_cents": [10_001] * count,
        }
    ).sort("hospital", maintain_order=True)


@pytest.fixture(scope="module")
def region() -> Region:
    return read_region()


@pytest.fixture(scope="module")
def years(region: Region) -> tuple[Declared, Declared]:
    streams = Streams(2)
    before = declare(region, streams, performances(20_000), 2024, None)
    return before, declare(region, streams, performances(20_000), 2025, before.waiting)


def test_numbers_are_unique_per_hospital_and_year(years: tuple[Declared, Declared]) -> None:
    lines = pl.concat([year.lines for year in years])
    assert lines.select("hospital", "year", "number").n_unique() == lines.height


def test_a_credit_takes_back_exactly_one_earlier_performance(years: tuple[Declared, Declared]) -> None:
    lines = pl.concat([year.lines for year in years])
    credits = lines.filter(pl.col("sign") == -1)
    key = ["hospital", "person", "unit_cents", "quantity", "start_date"]
    found = credits.join(
        lines.filter(pl.col("sign") == 1),
        left_on=[*key, "corrected_year", "corrected_number"],
        right_on=[*key, "year", "number"],
        validate="1:1",
    )
    assert found.height == credits.height > 0


def test_only_credits_name_an_earlier_performance(years: tuple[Declared, Declared]) -> None:
    for year in years:
        named = year.lines["corrected_number"].is_not_null()
        assert named.equals(year.lines["sign"] == -1, check_names=False)


def test_shares_are_those_of_the_parameters(years: tuple[Declared, Declared]) -> None:
    before, after = years
    credited = before.lines.filter(pl.col("sign") == -1).height
    waiting = before.waiting.filter(pl.col("sign") == -1).height
    assert (credited + waiting) / 20_000 == pytest.approx(0.03, abs=0.004)
    assert waiting / (credited + waiting) == pytest.approx(0.5, abs=0.08)
    again = after.lines.filter("is_redeclared").height
    assert again / after.lines.filter(pl.col("sign") == -1).height == pytest.approx(0.5, abs=0.08)


def test_what_waits_comes_in_the_next_message(years: tuple[Declared, Declared]) -> None:
    before, after = years
    late = after.lines.filter(pl.col("corrected_year") == 2024)
    assert late.height == before.waiting.filter(pl.col("sign") == -1).height > 0


def test_nothing_waits_after_the_contract_year(years: tuple[Declared, Declared]) -> None:
    assert years[1].waiting.is_empty()


def test_a_new_declaration_has_another_price(years: tuple[Declared, Declared]) -> None:
    again = years[0].lines.filter("is_redeclared")
    assert again["unit_cents"].unique().to_list() == [9001]  # 0.9 x 10,001 = 9,000.9
    assert again["sign"].unique().to_list() == [1]
