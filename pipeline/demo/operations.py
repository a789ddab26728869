"""What hospitals record beside their claims: operations with their outcome, and what patients answer.

The operations are the simulated products of hip, knee and cataract surgery, so a person has the operation
here and the product in the claims. Some patients are insured elsewhere: the insurer does not know them.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.demo.care.catalogue import catalogue
from pipeline.demo.days import NEVER, Dates, days_after
from pipeline.demo.identities import draw_bsns
from pipeline.demo.parameters import Region
from pipeline.demo.streams import Streams

_BEFORE_DAYS = 30  # answers before come in the month up to the operation
_AFTER_DAYS, _AFTER_SPREAD = 90, 30  # and after it three to four months later
ITEMS = ("mobiliteit", "zelfzorg", "dagelijkse_activiteiten", "pijn", "angst")


def simulate_operations(
    region: Region, streams: Streams, performances: pl.DataFrame, people: pl.DataFrame
) -> pl.DataFrame:
    """The operations of a year, with those of patients whom the insurer does not know.

    Args:
        region: the parameters.
        streams: where the random numbers come from.
        performances: of `simulate_hospital_care`.
        people: of `simulate_people`.

    Returns:
        hospital, operation, event_date, number (unique per hospital), bsn, birth_date, sex_code, death_date,
        asa (1 to 4), complication_chance, has_complication. Sorted by hospital and date.
    """
    of_insured = (
        performances.filter(pl.col("activity_date").is_not_null())
        .join(catalogue().select("product", "operation"), on="product", validate="m:1", maintain_order="left")
        .join(people.drop("hospital"), on="person", validate="m:1", maintain_order="left")
        .select(
            "hospital", "operation", "bsn", "birth_date", "sex_code", "death_date", event_date="activity_date"
        )
    )
    elsewhere = _insured_elsewhere(region, streams, of_insured, people["bsn"])
    operations = pl.concat([of_insured, elsewhere.select(of_insured.columns)]).sort(
        "hospital", "event_date", maintain_order=True
    )
    operations = operations.with_columns(number=pl.int_range(1, pl.len() + 1).over("hospital"))
    return with_outcome(region, streams.generator("complications"), operations)


def _insured_elsewhere(
    region: Region, streams: Streams, known: pl.DataFrame, taken: pl.Series
) -> pl.DataFrame:
    """Patients like those known, in the agreed proportion, but other persons with another birthday."""
    rng = streams.generator("insured elsewhere")
    count = round(region.population.other_insurers_share * known.height)
    like = known[rng.integers(0, known.height, count)] if known.height else known
    new_year = like["birth_date"].dt.truncate("1y").to_numpy()
    birthday = days_after(new_year, rng.integers(0, 365, count))
    bsns = draw_bsns(streams.generator("bsn elsewhere"), count, taken=taken)
    return like.with_columns(bsns, birth_date=pl.Series(birthday))


def with_outcome(region: Region, rng: np.random.Generator, operations: pl.DataFrame) -> pl.DataFrame:
    """The operations with the patient's asa, complication_chance and has_complication.

    ASA, 1 to 4, goes by age; the chance of a complication by operation, ASA, age and hospital.
    """
    outcomes, planted = region.outcomes, region.planted.complication_factor
    age = (operations["event_date"].dt.year() - operations["birth_date"].dt.year()).to_numpy()
    asa = _asa(region, rng, age)
    base = {name: operation.complication for name, operation in outcomes.operations.items()}
    groups = np.array([planted.get(hospital.group, 1.0) for hospital in region.hospitals])
    chance = (
        operations["operation"].replace_strict(base, return_dtype=pl.Float64).to_numpy()
        * np.array(outcomes.asa_factors)[asa - 1]
        * outcomes.decade_factor ** ((age - 70) / 10)
        * groups[operations["hospital"].to_numpy()]
    )
    chance = np.minimum(chance, 1)
    hit = rng.random(operations.height) < chance
    return operations.with_columns(
        asa=pl.Series(asa), complication_chance=pl.Series(chance), has_complication=pl.Series(hit)
    )


def _asa(region: Region, rng: np.random.Generator, age: NDArray[np.int32]) -> NDArray[np.int64]:
    starts = np.array(sorted(region.outcomes.asa_shares))
    shares = np.array([region.outcomes.asa_shares[start] for start in starts])
    cumulative = np.cumsum(shares, axis=1)[np.searchsorted(starts, age, side="right") - 1]
    above = rng.random(len(age))[:, None] >= cumulative[:, :-1]
    return np.asarray(1 + above.sum(axis=1), dtype=np.int64)


def simulate_answers(region: Region, streams: Streams, operations: pl.DataFrame) -> pl.DataFrame:
    """Answers to EQ-5D-5L before and after operations, one row per operation and moment that was answered.

    Returns:
        hospital, number (of the operation), bsn, birth_date, moment (before or after), report_date, and the
        five items of `ITEMS` with levels 1 to 5. Nobody answers after death.
    """
    rng, outcomes = streams.generator("answers"), region.outcomes
    count, spread = operations.height, outcomes.shared_burden
    kinds = list(outcomes.operations)
    kind = operations["operation"].replace_strict(kinds, range(len(kinds)), return_dtype=pl.Int64).to_numpy()
    burden = np.array([outcomes.operations[name].burden for name in kinds])[kind]
    relief = np.array([outcomes.operations[name].relief for name in kinds])[kind]
    person = spread * rng.standard_normal((count, 1))
    before = burden + person + spread * rng.standard_normal((count, 5))
    after = burden - relief + person + spread * rng.standard_normal((count, 5))
    day = operations["event_date"].to_numpy()
    asked_before = days_after(day, -rng.integers(1, _BEFORE_DAYS + 1, count))
    asked_after = days_after(day, _AFTER_DAYS + rng.integers(0, _AFTER_SPREAD + 1, count))
    answered = rng.random((2, count))
    has_before = answered[0] < outcomes.answers_before
    has_after = has_before & (answered[1] < outcomes.answers_after_given_before)
    death = operations["death_date"].fill_null(NEVER.astype(object)).to_numpy()
    has_after &= death > asked_after
    moments = [
        _moment(region, operations, "before", asked_before, before).filter(pl.Series(has_before)),
        _moment(region, operations, "after", asked_after, after).filter(pl.Series(has_after)),
    ]
    return pl.concat(moments).sort("hospital", "number", "report_date")


def _moment(
    region: Region,
    operations: pl.DataFrame,
    moment: str,
    day: Dates,
    burden: NDArray[np.float64],
) -> pl.DataFrame:
    level = 1 + (burden[:, :, None] > np.array(region.outcomes.level_cuts)).sum(axis=2)
    return operations.select("hospital", "number", "bsn", "birth_date").with_columns(
        pl.lit(moment).alias("moment"),
        pl.Series("report_date", day),
        *(pl.Series(item, level[:, index]) for index, item in enumerate(ITEMS)),
    )
