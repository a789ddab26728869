"""Invoices come some days after the end of care, by kind of care, and all of a year's by 30 June of the next."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipeline.demo.claims.flows import FLOWS, HOSPITAL, batches
from pipeline.demo.claims.invoicing import HOSPITAL_KINDS, invoiced, on_last_of_quarter
from pipeline.demo.parameters import Region, read_region
from pipeline.demo.people import simulate_people
from pipeline.demo.streams import Streams

YEAR = 2024


@pytest.fixture(scope="module")
def region() -> Region:
    return read_region()


@pytest.fixture(scope="module")
def lines(region: Region) -> dict[str, pl.DataFrame]:
    streams = Streams(14)
    people = simulate_people(region, streams, 20_000)
    return {
        flow.name: invoiced(
            region, streams, flow.simulate(region, streams, people, YEAR), people, YEAR, flow.name
        )
        for flow in FLOWS
    }


@pytest.mark.parametrize("kind", list(read_region().care.invoice_lags))
def test_lags_have_the_quantiles_of_the_parameters(
    region: Region, lines: dict[str, pl.DataFrame], kind: str
) -> None:
    codes = HOSPITAL_KINDS if kind == "hospital" else (kind,)
    days = pl.concat(
        frame.filter(pl.col("care_type_code").is_in(codes)).select(
            (pl.col("invoiced_date") - pl.col("closing_date")).dt.total_days()
        )
        for frame in lines.values()
    ).to_series()
    shortest, half, nine_in_ten, longest = region.care.invoice_lags[kind]
    assert days.min() >= shortest
    assert days.max() <= longest
    if kind != "care_hotel":  # of which there are few
        assert np.quantile(days, [0.5, 0.9]) == pytest.approx([half, nine_in_ten], abs=3)


def test_all_that_opened_in_a_year_is_invoiced_by_30_june(lines: dict[str, pl.DataFrame]) -> None:
    for frame in lines.values():
        assert frame["opening_date"].dt.year().unique().to_list() == [YEAR]
        assert (frame["closing_date"] >= frame["opening_date"]).all()
        assert frame["invoiced_date"].max() <= dt.date(YEAR + 1, 6, 30)


def test_a_trajectory_is_open_120_days_at_most_and_invoiced_on_one_day(
    lines: dict[str, pl.DataFrame],
) -> None:
    hospital = lines[HOSPITAL.name]
    assert (hospital["closing_date"] - hospital["opening_date"]).dt.total_days().max() == 120
    days = hospital.group_by("trajectory").agg(pl.col("invoiced_date").n_unique())
    assert days["invoiced_date"].unique().to_list() == [1]


def test_hospital_care_comes_in_much_later_than_drugs(lines: dict[str, pl.DataFrame]) -> None:
    """What an interim report in October lacks of care up to September."""
    late = {
        name: frame.filter(pl.col("opening_date") <= dt.date(YEAR, 9, 30))
        .select((pl.col("invoiced_date") > dt.date(YEAR, 9, 30)).mean())
        .item()
        for name, frame in lines.items()
    }
    assert late["zh308"] > 0.2
    assert late["ap304"] < 0.08


def test_a_message_has_one_invoice_date_the_last_of_a_quarter(
    region: Region, lines: dict[str, pl.DataFrame]
) -> None:
    declared = lines[HOSPITAL.name].with_columns(provider_code=pl.lit("06990001"))
    found = list(batches(HOSPITAL, region, declared, YEAR, Path))
    assert sum(frame.height for frame, _ in found) == declared.height
    assert [batch.insurer.supplier for _, batch in found] == ["zilverzorg", "kompas"]
    for frame, batch in found:
        assert frame["invoiced_date"].equals(frame["quarter_end"], check_names=False)
        assert set(frame["invoiced_date"]) == set(batch.paths)
        name = batch.paths[dt.date(YEAR, 9, 30)].name
        assert name == f"zh308-06990001-{YEAR}-{YEAR}k3.asc"


def test_the_last_day_of_a_quarter() -> None:
    days = pl.DataFrame({"day": [dt.date(2024, 1, 1), dt.date(2024, 3, 31), dt.date(2024, 12, 5)]})
    found = days.select(on_last_of_quarter(pl.col("day"))).to_series().to_list()
    assert found == [dt.date(2024, 3, 31), dt.date(2024, 3, 31), dt.date(2024, 12, 31)]
