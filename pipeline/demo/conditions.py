"""Who has which chronic condition from which year on, and who lives on care under the Wlz from which day on.

Each person has one number between 0 and 1 for each condition, for life, and has the condition from the age at
which its prevalence exceeds that number. So at every age as many have it as the prevalence says, who has it
keeps it, and new ones begin as people grow older.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.demo.days import days_of
from pipeline.demo.parameter_types import ByAge, straight
from pipeline.demo.parameters import Region
from pipeline.demo.streams import Streams

AGES = 111
"""Ages 0 to 110; who is older counts as 110."""
NEVER_YEAR = 9999


def onset_column(condition: str) -> str:
    """The column of `simulate_people` with the year from which a person has the condition."""
    return f"{condition}_from_year"


def onsets(region: Region, streams: Streams, people: pl.DataFrame) -> pl.DataFrame:
    """For each condition the year from which each person has it (9999: never).

    Args:
        region: the parameters.
        streams: where the random numbers come from.
        people: with hospital (index of the area), sex_code and birth_date.
    """
    need = region.planted.greater_need
    areas = region.hospitals_of(need.group)
    factor = np.where(people["hospital"].is_in(areas).to_numpy(), need.condition_factor, 1.0)
    return pl.DataFrame(
        {
            onset_column(name): _onset(
                people,
                condition.prevalence,
                streams.generator(f"condition {name}").random(people.height) / factor,
            )
            for name, condition in region.conditions.items()
        }
    )


_WLZ_BEGAN = np.datetime64("2015-01-01")
"""Wet langdurige zorg, Stb. 2014, 494."""


def wlz_dates(region: Region, streams: Streams, people: pl.DataFrame) -> pl.Series:
    """The day of entry into the Wlz; null for who does not enter while insured.

    Who was in care before the Wlz took over from the AWBZ entered it on that day.
    """
    rng = streams.generator("wlz")
    year = _onset(people, region.population.wlz_prevalence, rng.random(people.height))
    day_in_year = days_of(rng, 2001, people.height) - np.datetime64("2001-01-01")
    known = year < NEVER_YEAR
    first = np.where(known, year, 2001).astype(str).astype("datetime64[Y]").astype("datetime64[D]")
    day = np.maximum(first + day_in_year, _WLZ_BEGAN)
    insured = people.select(
        day=pl.when(pl.Series(known)).then(pl.Series(day.astype("datetime64[D]"))),
        exit_date="exit_date",
    )
    return insured.select(pl.when((pl.col("day") <= pl.col("exit_date")).fill_null(value=True)).then("day"))[
        "day"
    ].rename("wlz_date")


def prevalence_by_row(region: Region) -> NDArray[np.float64]:
    """The share that has each condition, by condition and by sex (F, then M) and age; nothing planted."""
    return np.array(
        [
            np.concatenate([straight(condition.prevalence[sex], AGES) for sex in ("F", "M")])
            for condition in region.conditions.values()
        ]
    )


def _onset(
    people: pl.DataFrame, prevalence: dict[str, ByAge], threshold: NDArray[np.float64]
) -> NDArray[np.int16]:
    """The year of the first age at which the prevalence exceeds the threshold."""
    birth_year = people["birth_date"].dt.year().to_numpy()
    is_female = (people["sex_code"] == "F").to_numpy()
    age = np.where(
        is_female,
        np.searchsorted(straight(prevalence["F"], AGES), threshold, side="right"),
        np.searchsorted(straight(prevalence["M"], AGES), threshold, side="right"),
    )
    return np.where(age < AGES, birth_year + age, NEVER_YEAR).astype(np.int16)
