"""The insured: who they are, where they live, and from when until when they are insured.

Age and sex follow the insured years of the cost table; people are born, die, join and leave over the years.
Insured means: with one of the region's insurers; under which label, `moves` says.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.demo.care.cost_table import cost_table
from pipeline.demo.conditions import onsets, wlz_dates
from pipeline.demo.days import NEVER, Dates, days_after, days_of
from pipeline.demo.identities import draw_bsns, draw_names, draw_postcodes
from pipeline.demo.moves import labels
from pipeline.demo.parameters import Region
from pipeline.demo.practices import PRACTICE, own_provider
from pipeline.demo.streams import Streams

_OPEN_CLASS_YEARS = 10


def simulate_people(region: Region, streams: Streams, insured: int) -> pl.DataFrame:
    """Everybody who is insured at some time in the region's years, one row each.

    Args:
        region: the parameters.
        streams: where the random numbers come from.
        insured: number of insured on 1 January of the first year.

    Returns:
        person (row number), hospital (index of the area's own hospital), sex_code, birth_date, entry_date,
        exit_date and death_date (null: not known within these years), for each year the label (`moves`), for
        each condition the year from which it is there (`conditions`), wlz_date (null: never while insured),
        personal_level (mean 1), bsn, name, prefix, initials, postcode, house_number, policy_number and
        referrer_code (the person's general practice).
    """
    population, years = region.population, region.years.all
    groups = [_present(region, streams.generator("first population"), years[0], insured, joining=False)]
    for year in years[1:]:
        joiners = round(population.joiners_share * insured)
        groups.append(_present(region, streams.generator(f"joiners {year}"), year, joiners, joining=True))
    for year in years:
        births = round(population.births_per_1000 * insured / 1000)
        groups.append(_born(region, streams.generator(f"births {year}"), year, births))
    people = pl.concat(groups).with_row_index("person")
    people = people.hstack(_ends(region, streams, people))
    people = people.hstack(labels(region, streams, people.height)).hstack(onsets(region, streams, people))
    people = people.with_columns(wlz_dates(region, streams, people))
    level = streams.generator("personal level").gamma(
        region.care.personal_shape, 1 / region.care.personal_shape, people.height
    )
    return people.with_columns(personal_level=pl.Series(level)).hstack(_identities(region, streams, people))


def _present(
    region: Region, rng: np.random.Generator, year: int, count: int, *, joining: bool
) -> pl.DataFrame:
    """People who are one year or older in `year`: insured since earlier, or joining in it."""
    hospital = _areas(region, rng, count)
    sex, age = np.empty(count, dtype="<U1"), np.empty(count, dtype=np.int64)
    table = cost_table()
    need = region.planted.greater_need
    for index, area in enumerate(region.hospitals):
        tilt = need.age_tilt if area.group == need.group else 0.0
        here = np.flatnonzero(hospital == index)
        sex[here], age[here] = _sex_and_age(rng, table, len(here), tilt)
    birth_year = (np.datetime64(str(year), "Y") - age).astype("datetime64[D]")
    birth = days_after(birth_year, rng.integers(0, 365, count))
    if joining:
        on_new_year = rng.random(count) < region.population.switch_on_new_year
        entry = np.where(on_new_year, np.datetime64(f"{year}-01-01"), days_of(rng, year, count))
    else:
        earlier = np.datetime64(str(year), "Y") - rng.integers(0, 16, count)
        entry = np.maximum(earlier.astype("datetime64[D]"), birth)
    return _rows(hospital, sex, birth, entry)


def _born(region: Region, rng: np.random.Generator, year: int, count: int) -> pl.DataFrame:
    """Children born in `year`, insured from the day of their birth."""
    birth = days_of(rng, year, count)
    return _rows(_areas(region, rng, count), rng.choice(["F", "M"], count), birth, birth)


def _areas(region: Region, rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    return rng.choice(len(region.hospitals), count, p=[h.insured_share for h in region.hospitals])


def _sex_and_age(
    rng: np.random.Generator, table: pl.DataFrame, count: int, tilt: float
) -> tuple[NDArray[np.str_], NDArray[np.int64]]:
    """Sex and age from 1 up, by the table's insured years, each age weighed by exp(tilt * age)."""
    first_age, last_age = table["age_from"].to_numpy(), table["age_to"].to_numpy()
    from_age = np.maximum(first_age, 1)
    years = np.where(last_age < 999, last_age + 1 - from_age, _OPEN_CLASS_YEARS)
    weight = table["insured_years"].to_numpy() * years / np.where(first_age < 1, 5, years)
    weight = weight * np.exp(tilt * (from_age + years / 2))
    cell = rng.choice(table.height, count, p=weight / weight.sum())
    within = rng.random(count)
    # In the open class, 90 and over, ages thin out towards its end.
    within = np.where(last_age[cell] < 999, within, within**3)
    age = from_age[cell] + (within * years[cell]).astype(np.int64)
    return table["sex_code"].to_numpy()[cell], age


def _rows(hospital: NDArray[np.int64], sex: NDArray[np.str_], birth: Dates, entry: Dates) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "hospital": pl.Series(hospital, dtype=pl.Int8),
            "sex_code": pl.Series(sex, dtype=pl.String),
            "birth_date": pl.Series(birth.astype("datetime64[D]")),
            "entry_date": pl.Series(entry.astype("datetime64[D]")),
        }
    )


def _ends(region: Region, streams: Streams, people: pl.DataFrame) -> pl.DataFrame:
    """Year by year, who dies and who leaves: exit_date and death_date, null where neither is known."""
    population, law = region.population, region.population.mortality
    entry = people["entry_date"].to_numpy()
    birth_year = people["birth_date"].dt.year().to_numpy()
    exit_date, death_date = np.full(people.height, NEVER), np.full(people.height, NEVER)
    for year in region.years.all:
        rng = streams.generator(f"deaths and leavers {year}")
        chance = np.minimum(law.ceiling, np.exp(law.intercept + law.slope * (year - birth_year)))
        day = days_of(rng, year, people.height)
        death = np.where((rng.random(people.height) < chance) & (day >= entry), day, NEVER)
        at_end = rng.random(people.height) < population.switch_on_new_year
        day = np.where(at_end, np.datetime64(f"{year}-12-31"), days_of(rng, year, people.height))
        leaves = (rng.random(people.height) < population.leavers_share) & (day >= entry)
        leaving = np.where(leaves, day, NEVER)
        staying = exit_date == NEVER
        exit_date = np.where(staying, np.minimum(death, leaving), exit_date)
        death_date = np.where(staying & (death <= leaving), death, death_date)
    ends = pl.DataFrame({"exit_date": pl.Series(exit_date), "death_date": pl.Series(death_date)})
    never = pl.lit(NEVER.astype(object))
    return ends.select(pl.when(pl.all() != never).then(pl.all()))


def _identities(region: Region, streams: Streams, people: pl.DataFrame) -> pl.DataFrame:
    rng, count = streams.generator("identities"), people.height
    area = people["hospital"].to_numpy().astype(np.int64)
    practice = people.select(own_provider(region, PRACTICE, pl.col("hospital"), pl.col("person")))
    return draw_names(rng, count).with_columns(
        draw_bsns(streams.generator("bsn"), count),
        draw_postcodes(rng, area, [hospital.postcode3 for hospital in region.hospitals]),
        house_number=pl.Series(rng.integers(1, 400, count)),
        policy_number=pl.Series(rng.permutation(count) + 700_000_000).cast(pl.String),
        referrer_code=practice.to_series(),
    )
