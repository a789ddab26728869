"""Every planted truth has the effect that truths.json says it has, and none when it is switched off.

Held against a large simulated population with the truth alone, so that chance has little say.
"""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from pipeline.demo.care.catalogue import catalogue
from pipeline.demo.care.hospital import simulate_hospital_care
from pipeline.demo.care.services import simulate_services
from pipeline.demo.operations import simulate_operations
from pipeline.demo.parameters import Region, read_region
from pipeline.demo.people import simulate_people
from pipeline.demo.streams import Streams
from pipeline.demo.truths.effects_on_cost import planting
from pipeline.demo.truths.write import truths

YEAR = read_region().years.contract
INSURED = 150_000


@pytest.fixture(scope="module")
def region() -> Region:
    return read_region()


@pytest.fixture(scope="module")
def people(region: Region) -> pl.DataFrame:
    return simulate_people(region, Streams(15), INSURED)


@pytest.fixture(scope="module")
def plain(region: Region, people: pl.DataFrame) -> pl.DataFrame:
    """Hospital care with nothing planted in the year, of the same people."""
    return simulate_hospital_care(planting(region), Streams(15), people, YEAR)


@pytest.fixture(scope="module")
def planted(region: Region, people: pl.DataFrame) -> pl.DataFrame:
    return simulate_hospital_care(region, Streams(15), people, YEAR)


@pytest.fixture(scope="module")
def told(region: Region, people: pl.DataFrame, planted: pl.DataFrame) -> dict[str, Any]:
    operations = simulate_operations(region, Streams(15), planted, people)
    found = truths(region, people, operations)
    return {entry["name"]: entry["expected"] for entry in found["truths"]} | {"together": found["together"]}


def in_domain(care: pl.DataFrame, people: pl.DataFrame, region: Region) -> pl.DataFrame:
    """Care that the contract on hospital care counts, before entry into the Wlz, with area and insurer."""
    labels = [insurer for insurer, _, _ in region.labels]
    own = people.select(
        "person",
        "wlz_date",
        area="hospital",
        insurer=pl.col(f"label_{YEAR}").replace_strict(range(3), labels),
    )
    return (
        care.filter(pl.col("care_type_code") != "addon_drug")
        .join(own, on="person")
        .filter((pl.col("opening_date") < pl.col("wlz_date")).fill_null(value=True))
    )


def change(
    with_it: pl.DataFrame, without: pl.DataFrame, here: pl.Expr, there: pl.Expr, what: pl.Expr
) -> float:
    """How `what` changed here over how it changed there."""
    sums = [frame.filter(side).select(what).item() for frame in (with_it, without) for side in (here, there)]
    return float((sums[0] / sums[2]) / (sums[1] / sums[3]))


def sides(region: Region) -> tuple[pl.Expr, pl.Expr]:
    consortium = pl.col("area").is_in(region.hospitals_of("consortium"))
    return consortium & (pl.col("insurer") == 0), ~consortium & (pl.col("insurer") == 0)


def test_the_consortium_uses_fewer_products(
    region: Region, people: pl.DataFrame, plain: pl.DataFrame, told: dict[str, Any]
) -> None:
    alone = planting(region, efficiency=region.planted.efficiency)
    with_it = in_domain(simulate_hospital_care(alone, Streams(15), people, YEAR), people, region)
    without = in_domain(plain, people, region)
    here, there = sides(region)
    found = change(with_it, without, here, there, pl.len())
    assert told["efficiency_consortium"]["cost_ratio"] == pytest.approx(0.94)
    assert found == pytest.approx(told["efficiency_consortium"]["cost_ratio"], abs=0.025)
    gp_here = (pl.col("area") == 2) & (pl.col("insurer") == 1)
    gp_there = (pl.col("area") > 2) & (pl.col("insurer") == 1)
    found = change(with_it, without, gp_here, gp_there, pl.len())
    assert found == pytest.approx(told["efficiency_gp_group"]["cost_ratio"], abs=0.06)


def test_all_truths_together_change_cost_as_told(
    region: Region, people: pl.DataFrame, plain: pl.DataFrame, planted: pl.DataFrame, told: dict[str, Any]
) -> None:
    """Cost varies more than volume: the same draws in both, yet 5 %."""
    here, there = sides(region)
    cents = (pl.col("quantity") * pl.col("unit_cents")).sum()
    found = change(in_domain(planted, people, region), in_domain(plain, people, region), here, there, cents)
    together = told["together"]["consortium"]["cost_ratio"]
    single = [
        told[name]["cost_ratio"] for name in ("efficiency_consortium", "price_rise", "care_hotel_spillover")
    ]
    assert together == pytest.approx(single[0] * single[1] * single[2], abs=0.002)
    assert found == pytest.approx(together, abs=0.05)


def test_greater_need_lies_partly_beyond_sex_and_age(told: dict[str, Any]) -> None:
    for year in read_region().years.all:
        need = told["greater_need"][str(year)]
        assert 1.02 < need["by_age_and_sex"] < 1.08
        assert 1.01 < need["by_conditions"] < 1.04


def test_the_price_rise_is_exact(region: Region, planted: pl.DataFrame, told: dict[str, Any]) -> None:
    rise = region.planted.price_rise
    own = catalogue().filter(product_group=rise.product_group).select("product", "price_cents")
    prices = planted.join(own, on="product").with_columns(
        there=pl.col("hospital").is_in(region.hospitals_of(rise.group))
    )
    by_product = prices.group_by("product").agg(
        ratio=pl.col("unit_cents").filter("there").mean()
        / pl.col("unit_cents").filter(~pl.col("there")).mean()
    )
    assert by_product["ratio"].to_list() == pytest.approx([told["price_rise"]["price_ratio"]] * 2, rel=1e-5)


def test_the_volume_shift(
    region: Region, plain: pl.DataFrame, planted: pl.DataFrame, told: dict[str, Any]
) -> None:
    """Other truths change how many products there are, so shares of the two hospitals are compared."""
    own = catalogue().filter(product_group=region.planted.volume_shift.product_group).select("product")
    share = {}
    for name, frame in (("with", planted), ("without", plain)):
        count = dict(frame.join(own, on="product").group_by("hospital").agg(pl.len()).rows())
        share[name] = count[1] / (count[0] + count[1])
    found = told["volume_shift"]["products_ratio"]
    assert found["de-linde"] == pytest.approx(0.7)
    assert share["with"] / share["without"] == pytest.approx(0.7, abs=0.1)


def test_the_care_hotel_spillover(
    region: Region, people: pl.DataFrame, plain: pl.DataFrame, planted: pl.DataFrame, told: dict[str, Any]
) -> None:
    consortium = people.filter(pl.col("hospital").is_in(region.hospitals_of("consortium"))).select("person")
    stays = [
        simulate_services(one, Streams(15), people, YEAR, "care_hotel")
        .join(consortium, on="person", how="semi")
        .height
        for one in (region, planting(region))
    ]
    assert stays[0] / stays[1] == pytest.approx(told["care_hotel_spillover"]["stays_ratio"], abs=0.25)
    admission = catalogue().filter(product_group="admission").select("product")
    counts = [
        care.join(admission, on="product").join(consortium, on="person", how="semi").height
        for care in (planted, plain)
    ]
    both = told["care_hotel_spillover"]["admissions_ratio"] * told["efficiency_consortium"]["cost_ratio"]
    assert counts[0] / counts[1] == pytest.approx(both, abs=0.06)


def test_the_coding_drift(
    region: Region, planted: pl.DataFrame, plain: pl.DataFrame, told: dict[str, Any]
) -> None:
    known = [
        f"{c.diagnosis.specialism_code} {c.diagnosis.diagnosis_code}" for c in region.conditions.values()
    ]
    usual = catalogue().select("product", "specialism_code", usual="diagnosis_code", code="product_code")
    for name, frame in (("with", planted), ("without", plain)):
        here = frame.filter(pl.col("hospital").is_in(region.hospitals_of("consortium")))
        products = here.join(usual, on="product").filter(pl.col("code").is_not_null())
        diagnosis = pl.format("{} {}", "specialism_code", pl.coalesce("diagnosis_code", "usual"))
        share = products.select(diagnosis.is_in(known).mean()).item()
        assert share == pytest.approx(told["coding_drift"]["chronic_share"][name], abs=0.008)


def test_quality_is_near_its_factor(told: dict[str, Any]) -> None:
    """Not exactly it: the indicator does not adjust for age within an ASA class."""
    assert told["quality"]["complication_ratio"] == pytest.approx(0.85, abs=0.04)


def test_what_is_switched_off_comes_to_nothing(
    region: Region, people: pl.DataFrame, plain: pl.DataFrame
) -> None:
    off = planting(region)
    operations = simulate_operations(off, Streams(15), plain, people)
    found = truths(off, people, operations)
    entries = {entry["name"]: entry["expected"] for entry in found["truths"]}
    assert found["together"]["consortium"]["cost_ratio"] == pytest.approx(1)
    assert entries["price_rise"] == pytest.approx({"price_ratio": 1, "cost_ratio": 1})
    assert entries["volume_shift"]["products_ratio"] == pytest.approx({"de-linde": 1, "maasoever": 1})
    assert (
        entries["coding_drift"]["chronic_share"]["with"]
        == entries["coding_drift"]["chronic_share"]["without"]
    )
