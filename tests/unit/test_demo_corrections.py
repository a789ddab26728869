"""Credits and new declarations in the deliveries of two years."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from pipeline.demo.claims.corrections import Declared, declare
from pipeline.demo.parameters import Region, read_region
from pipeline.demo.streams import Streams


def performances(count: int, year: int) -> pl.DataFrame:
    day = dt.date(year, 3, 1)
    return pl.DataFrame(
        {
            "provider_code": ["06990001", "06990002"] * (count // 2),
            "person": pl.Series(range(count), dtype=pl.UInt32),
            "start_date": [day] * count,
            "invoiced_date": [dt.date(year, 6, 1)] * count,
            "quantity": [2] * count,
            "unit_cents": [10_001] * count,
        }
    ).sort("provider_code", maintain_order=True)


@pytest.fixture(scope="module")
def region() -> Region:
    return read_region()


@pytest.fixture(scope="module")
def years(region: Region) -> tuple[Declared, Declared]:
    streams = Streams(2)
    before = declare(region, streams, performances(20_000, 2024), 2024, None, name="x")
    return before, declare(region, streams, performances(20_000, 2025), 2025, before.waiting, name="x")


def test_numbers_are_unique_per_provider_and_year(years: tuple[Declared, Declared]) -> None:
    lines = pl.concat([year.lines for year in years])
    assert lines.select("provider_code", "year", "number").n_unique() == lines.height


def test_a_credit_takes_back_exactly_one_earlier_performance(years: tuple[Declared, Declared]) -> None:
    lines = pl.concat([year.lines for year in years])
    credits = lines.filter(pl.col("sign") == -1)
    key = ["provider_code", "person", "unit_cents", "quantity", "start_date"]
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
    assert waiting / (credited + waiting) == pytest.approx(0.3, abs=0.08)
    again = after.lines.filter("is_redeclared").height
    assert again / after.lines.filter(pl.col("sign") == -1).height == pytest.approx(0.5, abs=0.08)


def test_what_waits_comes_in_the_next_delivery(years: tuple[Declared, Declared]) -> None:
    before, after = years
    late = after.lines.filter(pl.col("corrected_year") == 2024)
    assert late.height == before.waiting.filter(pl.col("sign") == -1).height > 0


def test_nothing_waits_after_the_contract_year(years: tuple[Declared, Declared]) -> None:
    assert years[1].waiting.is_empty()


def test_a_new_declaration_has_another_price(years: tuple[Declared, Declared]) -> None:
    again = years[0].lines.filter("is_redeclared")
    assert again["unit_cents"].unique().to_list() == [9001]  # 0.9 x 10,001 = 9,000.9
    assert again["sign"].unique().to_list() == [1]


def test_a_correction_is_invoiced_after_its_line_and_within_its_delivery(
    years: tuple[Declared, Declared],
) -> None:
    corrections = pl.concat(
        year.lines.filter((pl.col("sign") == -1) | pl.col("is_redeclared")) for year in years
    ).with_columns(opened=pl.col("start_date").dt.year())
    for year in (2024, 2025):
        last = dt.date(year + 1, 6, 30)
        due = corrections.filter(pl.col("year") == year)["invoiced_date"]
        assert due.max() <= last
        late = corrections.filter((pl.col("year") == year) & (pl.col("opened") < year))["invoiced_date"]
        assert late.is_empty() or late.min() > dt.date(year, 6, 30)
        assert due.min() > dt.date(year, 6, 1)
