"""Chronic conditions: as many have them as the prevalence says, and who has one keeps it."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl
import pytest

from pipeline.demo.care.need import cells, relative_need, set_count, set_shares
from pipeline.demo.conditions import onset_column
from pipeline.demo.parameter_types import straight
from pipeline.demo.parameters import Region, read_region
from pipeline.demo.people import simulate_people
from pipeline.demo.streams import Streams


@pytest.fixture(scope="module")
def region() -> Region:
    return read_region()


@pytest.fixture(scope="module")
def people(region: Region) -> pl.DataFrame:
    return simulate_people(region, Streams(8), 60_000)


@pytest.mark.parametrize("name", list(read_region().conditions))
def test_as_many_have_a_condition_as_the_prevalence_says(
    region: Region, people: pl.DataFrame, name: str
) -> None:
    prevalence = region.conditions[name].prevalence
    there = people.filter(pl.col("hospital").is_in(region.hospitals_of("comparison")))
    for year in (2022, 2025):
        age = (year - there["birth_date"].dt.year()).clip(0, 110).to_numpy()
        is_female = (there["sex_code"] == "F").to_numpy()
        expected = np.where(
            is_female, straight(prevalence["F"], 111)[age], straight(prevalence["M"], 111)[age]
        )
        has = (there[onset_column(name)] <= year).to_numpy()
        error = 4 * np.sqrt((expected * (1 - expected)).sum())
        assert abs(has.sum() - expected.sum()) < error


def test_conditions_persist_and_new_ones_begin(region: Region, people: pl.DataFrame) -> None:
    sets = [cells(region, people, year) % set_count(region) for year in region.years.all]
    for before, after in itertools.pairwise(sets):
        assert ((before & after) == before).all()
        assert (after != before).sum() > 100


def test_the_planted_group_has_more_of_them(region: Region, people: pl.DataFrame) -> None:
    """At equal age; the factor is planted, and shows in the share of people of 60 to 79 with diabetes."""
    age = 2025 - pl.col("birth_date").dt.year()
    old = people.filter(age.is_between(60, 79))
    here = pl.col("hospital").is_in(region.hospitals_of("consortium"))
    has = (pl.col("diabetes_from_year") <= 2025).mean()
    ratio = old.filter(here).select(has).item() / old.filter(~here).select(has).item()
    assert ratio == pytest.approx(region.planted.greater_need.condition_factor, abs=0.12)


def test_need_averages_to_one_at_every_sex_and_age(region: Region) -> None:
    """So conditions move care between people and leave the mean to the cost table."""
    shares = set_shares(region)
    assert shares.sum(axis=1) == pytest.approx(np.ones(222))
    relative = relative_need(region, "hospital_product", ["15B234", "15A101"]).reshape(222, -1, 2)
    mean = (shares[:, :, None] * relative).sum(axis=1)
    assert mean == pytest.approx(np.ones((222, 2)))
    # A woman of 60 with diabetes only (set 1) and one without any (set 0).
    ratio = relative[60, 1] / relative[60, 0]
    assert ratio.tolist() == pytest.approx([8.0 * 1.25, 1.25])
