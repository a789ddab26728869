"""The synthetic region costs what the Vektis table says, kind by kind, but for what is planted in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipeline.demo.care.catalogue import catalogue, mean_cents, net_cents
from pipeline.demo.care.cost_table import COLUMNS, ROWS, cell_of_row, cost_by_row, cost_table, row_of
from pipeline.demo.care.hospital import hospital_rates, simulate_hospital_care
from pipeline.demo.care.need import set_shares
from pipeline.demo.care.pharmacy import chronic_cents, drugs, other_rates
from pipeline.demo.care.services import service_rates, services
from pipeline.demo.care.windows import care_windows, exposure
from pipeline.demo.claims.flows import FLOWS
from pipeline.demo.parameters import Region, read_region
from pipeline.demo.people import simulate_people
from pipeline.demo.streams import Streams
from pipeline.demo.truths.effects_on_cost import planting

PUBLISHED = {
    "specialist_care": "medisch_specialistische_zorg",
    "geriatric_rehabilitation": "geriatrische_revalidatiezorg",
    "pharmacy": "farmacie",
    "gp_registration": "huisarts_inschrijftarief",
    "gp_consultation": "huisarts_consult",
    "gp_chain_care": "huisarts_mdz",
    "physiotherapy": "paramedische_zorg_fysiotherapie",
    "dental": "mondzorg",
    "home_care": "verpleging_en_verzorging",
}
TOLERANCE = {
    "hospital_product": 0.06,  # a heavy tail, and a little more after entry into the Wlz
    "geriatric_rehabilitation": 0.25,  # a few hundred products
    "home_care": 0.08,  # some 2,000 people
    "gp_chain_care": 0.10,  # children have none in the region
}
BY_USE = ("gp_consultation", "physiotherapy", "dental")


@pytest.fixture(scope="module")
def region() -> Region:
    return read_region()


def test_the_cost_table_is_the_published_one(reference: Path) -> None:
    published = pl.read_csv(reference / "dutch_cost_by_age_sex_2015.csv").select(
        sex_code=pl.col("sex").replace_strict({"M": "M", "V": "F"}),
        age_from=pl.col("age_class").str.extract(r"^(\d+)").cast(pl.Int64),
        insured_years="insured_years",
        **{name: pl.col(f"{dutch}_eur_per_insured_year") for name, dutch in PUBLISHED.items()},
    )
    cell = ["sex_code", "age_from"]
    assert cost_table().select(published.columns).sort(cell).equals(published.sort(cell))


def test_each_age_is_in_its_class() -> None:
    sexes, ages = pl.Series(["F", "M", "F", "M"]), pl.Series([0, 64, 90, 120])
    found = cost_table()[cell_of_row()[row_of(sexes, ages)]].select("sex_code", "age_from")
    assert found.rows() == [("F", 0), ("M", 60), ("F", 90), ("M", 90)]


@pytest.mark.parametrize("kind", ["hospital_product", "geriatric_rehabilitation"])
def test_expected_hospital_cost_is_the_tables_at_every_sex_and_age(region: Region, kind: str) -> None:
    """Over the sets of conditions, as often as they occur where nothing is planted."""
    cents = hospital_rates(region).uses * mean_cents(region, 2022) * (catalogue()["kind"] == kind).to_numpy()
    by_set = cents.sum(axis=1).reshape(ROWS, -1)
    assert (by_set * set_shares(region)).sum(axis=1) == pytest.approx(cost_by_row(kind), abs=1e-6)


@pytest.mark.parametrize("kind", BY_USE)
def test_expected_cost_of_care_by_use_is_the_tables(region: Region, kind: str) -> None:
    own = services().filter(kind=kind)
    mean = net_cents(region, own["price_cents"].to_numpy()) * own["quantity"].to_numpy()
    by_set = (service_rates(region, kind).uses * mean).sum(axis=1).reshape(ROWS, -1)
    assert (by_set * set_shares(region)).sum(axis=1) == pytest.approx(cost_by_row(kind), abs=1e-6)


def test_expected_cost_of_drugs_is_the_tables(region: Region) -> None:
    """Chronic drugs cost less than all drugs at every sex and age; the others make up the rest."""
    items = drugs()
    each = items["ddds_per_day"] * items["days"] * items["cents_per_ddd"] + region.care.dispensing_fee_cents
    others = other_rates(region).uses @ each.to_numpy()
    declared = cost_by_row("pharmacy") / region.care.kept_share
    assert (chronic_cents(region) < declared).all()
    assert others + chronic_cents(region) == pytest.approx(declared)


def test_simulated_cost_is_the_tables_kind_by_kind(region: Region) -> None:
    """100,000 insured in a year without planted truths; kinds with a heavy tail vary most.

    Amounts as first declared, so the part that credits take away is put back into the table's.
    """
    plain, streams, year = planting(region), Streams(11), 2022
    people = simulate_people(plain, streams, 100_000)
    windows = care_windows(people, year)
    row = row_of(windows["sex_code"], year - windows["birth_date"].dt.year())
    years = np.bincount(row, weights=exposure(windows, year), minlength=ROWS)
    care = pl.concat(
        flow.simulate(plain, streams, people, year).select(
            "care_type_code", cents=pl.col("quantity") * pl.col("unit_cents")
        )
        for flow in FLOWS
    )
    spent = dict(care.group_by("care_type_code").agg(pl.col("cents").sum()).rows())
    spent["hospital_product"] += spent.pop("addon_drug") + spent.pop("addon_intensive_care")
    for kind in COLUMNS:
        expected = float(years @ cost_by_row(kind)) / region.care.kept_share
        assert spent[kind] / expected == pytest.approx(1, abs=TOLERANCE.get(kind, 0.04)), kind


def test_prices_grow_by_the_agreed_three_per_cent_a_year(region: Region) -> None:
    """Prices are whole cents, so the growth is met to a few parts in a hundred thousand."""
    uses = hospital_rates(region).uses.sum(axis=0)
    first, last = (uses @ mean_cents(region, year) for year in (2022, 2025))
    assert last / first == pytest.approx(1.03**3, rel=3e-5)


def test_the_mean_product_costs_about_1500_euros(region: Region) -> None:
    care = simulate_hospital_care(region, Streams(6), simulate_people(region, Streams(6), 50_000), 2022)
    products = care.filter(care_type_code="hospital_product")
    assert products["unit_cents"].mean() / 100 == pytest.approx(1500, rel=0.07)
