"""Chronic conditions show in drugs: enough defined daily doses a year, of the drugs for that condition."""

from __future__ import annotations

import polars as pl
import pytest

from pipeline.demo.care.pharmacy import drugs, simulate_pharmacy
from pipeline.demo.care.windows import care_windows
from pipeline.demo.conditions import onset_column
from pipeline.demo.parameters import Region, read_region
from pipeline.demo.people import simulate_people
from pipeline.demo.streams import Streams
from pipeline.intake.columns.code_lists import code_list

YEAR = 2024


@pytest.fixture(scope="module")
def region() -> Region:
    return read_region()


@pytest.fixture(scope="module")
def people(region: Region) -> pl.DataFrame:
    return simulate_people(region, Streams(13), 30_000)


@pytest.fixture(scope="module")
def dispensed(region: Region, people: pl.DataFrame) -> pl.DataFrame:
    return simulate_pharmacy(region, Streams(13), people, YEAR).join(
        drugs().select("drug", "condition", "name"), on="drug", validate="m:1"
    )


@pytest.mark.parametrize("name", list(read_region().conditions))
def test_most_who_have_a_condition_get_half_a_years_doses(
    people: pl.DataFrame, dispensed: pl.DataFrame, name: str
) -> None:
    """180 defined daily doses: from there on Dutch risk equalisation counts somebody as chronically ill."""
    whole_year = care_windows(people, YEAR).filter(
        pl.col("window_start") == pl.date(YEAR, 1, 1), pl.col("window_end") == pl.date(YEAR, 12, 31)
    )
    has = whole_year.filter(pl.col(onset_column(name)) <= YEAR).select("person")
    own = dispensed.filter(condition=name).group_by("person").agg(pl.col("ddd_thousandths").sum() / 1000)
    doses = has.join(own, on="person", how="left")["ddd_thousandths"].fill_null(0)
    assert (doses >= 180).mean() > 0.75
    assert own.join(people.filter(pl.col(onset_column(name)) > YEAR), on="person", how="semi").is_empty()


def test_a_person_keeps_to_the_same_drug_over_the_years(
    region: Region, people: pl.DataFrame, dispensed: pl.DataFrame
) -> None:
    before = simulate_pharmacy(region, Streams(13), people, YEAR - 1)
    chronic = drugs().filter(pl.col("condition").is_not_null())["drug"].implode()
    key = ["person", "drug"]
    first = before.filter(pl.col("drug").is_in(chronic)).select(key).unique()
    both = first.join(dispensed.select("person", "condition").unique(), on="person", how="semi")
    kept = both.join(dispensed.select(key).unique(), on=key, how="semi")
    assert kept.height / both.height > 0.97


def test_ninety_days_lie_between_two_dispensings_over_the_new_year_too(
    region: Region, people: pl.DataFrame, dispensed: pl.DataFrame
) -> None:
    before = simulate_pharmacy(region, Streams(13), people, YEAR - 1)
    diabetes = drugs().filter(condition="diabetes")["drug"].implode()
    both = pl.concat([before, dispensed.select(before.columns)]).filter(pl.col("drug").is_in(diabetes))
    gap = both.sort("person", "drug", "opening_date").select(
        pl.col("opening_date").diff().over("person", "drug").dt.total_days()
    )
    assert set(gap.to_series().drop_nulls()) == {90}


def test_every_drug_is_in_the_suppliers_list_of_articles() -> None:
    listed = code_list("articles").rows
    missing = drugs().join(listed, on="performance_code", how="anti")
    assert missing.is_empty()
