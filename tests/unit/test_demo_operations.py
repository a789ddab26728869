"""Hospital records: operations that stand in the claims, the planted complication rate, answers."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from pipeline.demo.care.hospital import simulate_hospital_care
from pipeline.demo.operations import ITEMS, simulate_answers, simulate_operations, with_outcome
from pipeline.demo.parameters import Region, read_region
from pipeline.demo.people import simulate_people
from pipeline.demo.streams import Streams

# Dutch EQ-5D-5L value set (2016): what is taken from 1 for levels 2 to 5 of each item.
TAKEN = {
    "mobiliteit": (0.0, 0.035, 0.057, 0.166, 0.203),
    "zelfzorg": (0.0, 0.038, 0.061, 0.168, 0.168),
    "dagelijkse_activiteiten": (0.0, 0.039, 0.087, 0.192, 0.192),
    "pijn": (0.0, 0.066, 0.092, 0.360, 0.415),
    "angst": (0.0, 0.070, 0.145, 0.356, 0.421),
}


@pytest.fixture(scope="module")
def region() -> Region:
    return read_region()


@pytest.fixture(scope="module")
def people(region: Region) -> pl.DataFrame:
    return simulate_people(region, Streams(4), 100_000)


@pytest.fixture(scope="module")
def care(region: Region, people: pl.DataFrame) -> pl.DataFrame:
    return simulate_hospital_care(region, Streams(4), people, 2025)


@pytest.fixture(scope="module")
def operations(region: Region, care: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    return simulate_operations(region, Streams(4), care, people)


def test_operations_of_the_insured_are_products_of_the_same_person(
    care: pl.DataFrame, people: pl.DataFrame, operations: pl.DataFrame
) -> None:
    operated = care.filter(pl.col("activity_date").is_not_null()).join(
        people.select("person", "bsn"), on="person"
    )
    assert operated.filter(
        (pl.col("activity_date") < pl.col("opening_date"))
        | (pl.col("activity_date") > pl.col("closing_date"))
    ).is_empty()
    known = operations.join(
        operated,
        left_on=["hospital", "bsn", "event_date"],
        right_on=["hospital", "bsn", "activity_date"],
        how="semi",
    )
    assert known.height == operated.height


def test_one_in_ten_more_is_a_person_the_insurer_does_not_know(
    people: pl.DataFrame, operations: pl.DataFrame
) -> None:
    unknown = operations.filter(~pl.col("bsn").is_in(people["bsn"].implode()))
    assert unknown["bsn"].n_unique() == unknown.height
    assert unknown.height / (operations.height - unknown.height) == pytest.approx(0.10, abs=0.001)


def test_the_consortium_has_the_planted_complication_rate(region: Region, operations: pl.DataFrame) -> None:
    """Observed over what ASA, age and operation lead to: 0.85 for the consortium, 1 elsewhere.

    Over a hundred redraws of the outcome, so that chance has little say.
    """
    outcomes = region.outcomes
    base = {name: operation.complication for name, operation in outcomes.operations.items()}
    consortium = [i for i, hospital in enumerate(region.hospitals) if hospital.group == "consortium"]
    plain = operations.drop("asa", "complication_chance", "has_complication")
    observed, expected = np.zeros(2), np.zeros(2)
    for seed in range(100):
        drawn = with_outcome(region, np.random.default_rng(seed), plain)
        age = drawn["event_date"].dt.year() - drawn["birth_date"].dt.year()
        chance = (
            drawn["operation"].replace_strict(base, return_dtype=pl.Float64)
            * drawn["asa"].replace_strict(dict(enumerate(outcomes.asa_factors, 1)), return_dtype=pl.Float64)
            * outcomes.decade_factor ** ((age - 70) / 10).to_numpy()
        )
        here = drawn["hospital"].is_in(consortium).to_numpy()
        for side, mask in enumerate((here, ~here)):
            observed[side] += drawn["has_complication"].to_numpy()[mask].sum()
            expected[side] += chance.to_numpy()[mask].sum()
    assert observed / expected == pytest.approx([0.85, 1.0], abs=0.04)


def test_seven_in_ten_answer_before_and_after(region: Region, operations: pl.DataFrame) -> None:
    answers = simulate_answers(region, Streams(4), operations)
    moments = answers.group_by("hospital", "number").agg(pl.col("moment").n_unique())
    assert (moments["moment"] == 2).sum() / operations.height == pytest.approx(0.70, abs=0.03)
    assert answers.filter(moment="before").height / operations.height == pytest.approx(0.80, abs=0.03)


def test_patients_are_better_after_their_operation(region: Region, operations: pl.DataFrame) -> None:
    answers = simulate_answers(region, Streams(4), operations)
    assert answers.select(pl.min_horizontal(ITEMS).min(), pl.max_horizontal(ITEMS).max().alias("max")).row(
        0
    ) == (1, 5)
    value = 1 - pl.sum_horizontal(
        pl.col(item).replace_strict(dict(enumerate(TAKEN[item], 1))) for item in ITEMS
    )
    change = (
        answers.with_columns(value=value)
        .pivot("moment", index=["hospital", "number"], values="value")
        .join(operations.select("hospital", "number", "operation"), on=["hospital", "number"])
        .group_by("operation")
        .agg((pl.col("after") - pl.col("before")).mean())
    )
    gained = dict(change.rows())
    assert gained["hip_replacement"] > gained["knee_replacement"] > gained["cataract"] > 0


def test_answers_lie_around_the_operation(region: Region, operations: pl.DataFrame) -> None:
    answers = simulate_answers(region, Streams(4), operations).join(
        operations.select("hospital", "number", "event_date", "death_date"), on=["hospital", "number"]
    )
    days = (pl.col("report_date") - pl.col("event_date")).dt.total_days()
    span = answers.group_by("moment").agg(days.min().alias("first"), days.max().alias("last")).sort("moment")
    assert span.rows() == [("after", 90, 120), ("before", -30, -1)]
    assert answers.filter(pl.col("report_date") > pl.col("death_date")).is_empty()
