"""The synthetic region costs what the Vektis table says, but for what is planted in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipeline.demo.care import insured_windows, simulate_care
from pipeline.demo.catalogue import catalogue
from pipeline.demo.corrections import declare
from pipeline.demo.parameters import Region, read_region
from pipeline.demo.people import simulate_people
from pipeline.demo.rates import KINDS, cell_of, cost_table, expected_cost
from pipeline.demo.streams import Streams

CELL = ["sex_code", "age_from"]


@pytest.fixture(scope="module")
def region() -> Region:
    return read_region()


def test_the_cost_table_is_the_published_one(reference: Path) -> None:
    published = pl.read_csv(reference / "dutch_cost_by_age_sex_2015.csv").select(
        sex_code=pl.col("sex").replace_strict({"M": "M", "V": "F"}),
        age_from=pl.col("age_class").str.extract(r"^(\d+)").cast(pl.Int64),
        insured_years="insured_years",
        specialist_care="medisch_specialistische_zorg_eur_per_insured_year",
        geriatric_rehabilitation="geriatrische_revalidatiezorg_eur_per_insured_year",
    )
    assert cost_table().select(published.columns).sort(CELL).equals(published.sort(CELL))


@pytest.mark.parametrize("kind", KINDS.values())
def test_expected_cost_equals_the_table_in_every_cell(region: Region, kind: str) -> None:
    expected = expected_cost(region, year=2022).filter(kind=kind)
    both = cost_table().join(expected, on=CELL, validate="1:1")
    assert both.height == 38
    assert both["euros"].to_list() == pytest.approx(both[kind].to_list(), abs=1e-9)


def test_prices_grow_by_the_agreed_three_per_cent_a_year(region: Region) -> None:
    """Prices are whole cents, so the growth is met to a few parts in a hundred thousand."""
    first, last = expected_cost(region, year=2022), expected_cost(region, year=2025)
    assert last["euros"].sum() / first["euros"].sum() == pytest.approx(1.03**3, rel=3e-5)


def test_the_consortium_is_expected_to_use_six_per_cent_less_in_the_contract_year(region: Region) -> None:
    plain = expected_cost(region, year=2025)["euros"].sum()
    assert expected_cost(region, year=2025, group="consortium")["euros"].sum() / plain == pytest.approx(0.94)
    assert expected_cost(region, year=2025, group="comparison")["euros"].sum() == pytest.approx(plain)
    earlier = expected_cost(region, year=2024)["euros"].sum()
    assert expected_cost(region, year=2024, group="consortium")["euros"].sum() == pytest.approx(earlier)


def test_the_mean_product_costs_about_1500_euros(region: Region) -> None:
    care = simulate_care(region, Streams(6), simulate_people(region, Streams(6), 50_000), 2022)
    products = care.join(
        catalogue().filter(kind="hospital_product").select("product"), on="product", how="semi"
    )
    assert products["unit_cents"].mean() / 100 == pytest.approx(1500, rel=0.05)


def test_simulated_cost_and_volume_converge_to_what_is_expected(region: Region) -> None:
    """150,000 insured: a year's cost of one group varies by about 1.5 %, of all years by half of that.

    The number of products varies less than their cost, so the planted 6 % shows there most sharply.
    """
    streams, waiting = Streams(11), None
    people = simulate_people(region, streams, 150_000)
    volume, lines = {}, []
    for year in region.years.all:
        care = simulate_care(region, streams, people, year)
        declared = declare(region, streams, care, year, waiting)
        waiting = declared.waiting
        lines.append(declared.lines)
        volume[year] = _per_expected(region, people, year, care.group_by("person").agg(used=pl.len()))
    net = pl.concat(lines).with_columns(
        year=pl.col("opening_date").dt.year(),
        used=pl.col("unit_cents") * pl.col("quantity") * pl.col("sign") / 100,
    )
    relative = []
    for year in region.years.all:
        spent = net.filter(pl.col("year") == year).group_by("person").agg(pl.col("used").sum())
        factor = region.volume_factor("consortium", year)
        observed = _per_expected(region, people, year, spent)
        relative.append([observed["consortium"] / factor, observed["comparison"]])
        ratio = volume[year]["consortium"] / volume[year]["comparison"]
        at_first = volume[2022]["consortium"] / volume[2022]["comparison"]
        assert ratio / at_first == pytest.approx(factor, abs=0.015)
    assert np.array(relative) == pytest.approx(np.ones((4, 2)), abs=0.045)
    assert np.mean(relative, axis=0) == pytest.approx(np.ones(2), abs=0.02)


def _per_expected(region: Region, people: pl.DataFrame, year: int, used: pl.DataFrame) -> dict[str, float]:
    """By group of areas: what was used over the table's cost for the same people and insured time."""
    euros = expected_cost(region, year=year).group_by(CELL, maintain_order=True).agg(pl.col("euros").sum())
    insured = insured_windows(people, year)
    cell = cell_of(insured["sex_code"], year - insured["birth_date"].dt.year())
    days = (insured["window_end"] - insured["window_start"]).dt.total_days() + 1
    group = pl.col("hospital").replace_strict({i: h.group for i, h in enumerate(region.hospitals)})
    sums = (
        insured.select("person", group=group)
        .with_columns(expected=euros["euros"].gather(cell) * days / (366 if year == 2024 else 365))
        .join(used, on="person", how="left")
        .group_by("group")
        .agg(pl.col("used").sum() / pl.col("expected").sum())
    )
    return dict(sums.rows())
