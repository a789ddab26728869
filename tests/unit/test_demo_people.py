"""The insured of the region: ages, areas, and periods of insurance that make sense."""

from __future__ import annotations

import polars as pl
import pytest

from pipeline.demo.care.cost_table import cell_of_row, cost_table, row_of
from pipeline.demo.care.windows import care_windows, insured_windows, wlz_windows
from pipeline.demo.parameters import read_region
from pipeline.demo.people import simulate_people
from pipeline.demo.streams import Streams

INSURED = 40_000


@pytest.fixture(scope="module")
def people() -> pl.DataFrame:
    return simulate_people(read_region(), Streams(3), INSURED)


def test_periods_are_in_order(people: pl.DataFrame) -> None:
    assert (people["birth_date"] <= people["entry_date"]).all()
    assert people.filter(pl.col("exit_date") < pl.col("entry_date")).is_empty()
    assert people.filter(pl.col("death_date") != pl.col("exit_date")).is_empty()


def test_everybody_has_a_number_of_their_own(people: pl.DataFrame) -> None:
    assert people["bsn"].n_unique() == people.height
    assert people["policy_number"].n_unique() == people.height


def test_the_population_stays_about_as_large(people: pl.DataFrame) -> None:
    sizes = []
    for year in read_region().years.all:
        new_year = pl.date(year, 1, 1)
        insured = people.filter(
            (pl.col("entry_date") <= new_year)
            & (pl.col("exit_date").is_null() | (pl.col("exit_date") >= new_year))
        )
        sizes.append(insured.height)
    assert sizes[0] == pytest.approx(INSURED, abs=5)  # with those born on that day
    assert sizes == pytest.approx([INSURED] * 4, rel=0.05)


def test_births_and_deaths_happen_every_year(people: pl.DataFrame) -> None:
    for year in read_region().years.all:
        newborn = people.filter(pl.col("entry_date") == pl.col("birth_date"))
        assert newborn.filter(pl.col("birth_date").dt.year() == year).height == pytest.approx(400, abs=2)
        deaths = people.filter(pl.col("death_date").dt.year() == year).height
        assert 0.006 < deaths / INSURED < 0.016  # about 1 % of the Dutch die in a year


def test_areas_have_their_shares_and_the_consortium_is_somewhat_older(people: pl.DataFrame) -> None:
    region = read_region()
    consortium = [index for index, hospital in enumerate(region.hospitals) if hospital.group == "consortium"]
    here = pl.col("hospital").is_in(consortium)
    assert people.select(here.mean()).item() == pytest.approx(0.45, abs=0.01)
    born = pl.col("birth_date").dt.year().mean()
    older = people.filter(~here).select(born).item() - people.filter(here).select(born).item()
    assert 1 < older < 4


def test_ages_follow_the_insured_years_of_the_cost_table() -> None:
    """In the areas without a planted tilt, and from 5 years on: births fill the youngest class over time."""
    region = read_region()
    people = simulate_people(region, Streams(5), 200_000)
    comparison = [i for i, hospital in enumerate(region.hospitals) if hospital.group == "comparison"]
    first = insured_windows(people, 2022).filter(
        pl.col("hospital").is_in(comparison) & (pl.col("entry_date") <= pl.date(2022, 1, 1))
    )
    table = cost_table()
    cells = pl.Series(cell_of_row()[row_of(first["sex_code"], 2022 - first["birth_date"].dt.year())])
    counted = cells.value_counts(name="n").sort(cells.name)["n"].to_numpy()
    wanted = table["insured_years"].to_numpy()
    later = table["age_from"].to_numpy() >= 5
    assert counted[later] / counted[later].sum() == pytest.approx(
        wanted[later] / wanted[later].sum(), abs=0.002
    )


def test_windows_are_clipped_to_the_year() -> None:
    people = pl.DataFrame(
        {
            "person": [1, 2, 3, 4],
            "entry_date": ["2020-01-01", "2024-03-05", "2020-01-01", "2025-01-01"],
            "exit_date": [None, "2024-09-30", "2023-12-31", None],
        }
    ).with_columns(pl.col("entry_date", "exit_date").str.to_date())
    windows = insured_windows(people, 2024).select("person", "window_start", "window_end")
    assert windows.cast(pl.String).rows() == [
        ("1", "2024-01-01", "2024-12-31"),
        ("2", "2024-03-05", "2024-09-30"),
    ]


def test_care_ends_at_entry_into_the_wlz(people: pl.DataFrame) -> None:
    year = 2024
    insured, care, wlz = (of(people, year) for of in (insured_windows, care_windows, wlz_windows))
    days = [
        (frame["window_end"] - frame["window_start"]).dt.total_days().sum() + frame.height
        for frame in (insured, care, wlz)
    ]
    assert days[0] == days[1] + days[2]
    assert 0.005 < days[2] / days[0] < 0.03
    assert care.filter(pl.col("window_end") >= pl.col("wlz_date")).is_empty()
    assert wlz.filter(pl.col("window_start") < pl.col("wlz_date")).is_empty()


def test_the_very_old_live_more_often_on_care_under_the_wlz(people: pl.DataFrame) -> None:
    entered = pl.col("wlz_date") <= pl.date(2022, 1, 1)
    born = pl.col("birth_date").dt.year()
    share = (
        people.filter(pl.col("entry_date") <= pl.date(2022, 1, 1))
        .group_by(old=born < 1932, sex_code="sex_code")
        .agg(entered.fill_null(value=False).mean())
    )
    shares = {(old, sex): value for old, sex, value in share.rows()}
    assert shares[True, "F"] == pytest.approx(0.30, abs=0.08)
    assert shares[False, "F"] < 0.03
