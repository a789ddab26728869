"""Moves between labels and insurers on 1 January leave no gap and no overlap in the registers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from pipeline.demo.care.windows import insured_windows
from pipeline.demo.moves import code_of, insurer_of, label_column
from pipeline.demo.parameters import read_region
from pipeline.demo.people import simulate_people
from pipeline.demo.register import write_register
from pipeline.demo.streams import Streams

REGION = read_region()
LAST_KNOWN = {year: dt.date(year + 1, 6, 30) for year in REGION.years.all}


@pytest.fixture(scope="module")
def people() -> pl.DataFrame:
    return simulate_people(REGION, Streams(12), 20_000)


def registers(folder: Path, people: pl.DataFrame, year: int, known_to: dt.date) -> pl.DataFrame:
    frames = []
    for insurer in range(len(REGION.insurers)):
        path = folder / f"{insurer}-{year}-{known_to}.csv"
        write_register(path, people, REGION, insurer=insurer, year=year, known_to=known_to)
        frames.append(pl.read_csv(path, separator=";", infer_schema=False))
    days = pl.col("ingangsdatum", "einddatum", "wlz_ingangsdatum").str.to_date("%d-%m-%Y")
    return pl.concat(frames).with_columns(days)


def test_each_insurer_keeps_its_share(people: pl.DataFrame) -> None:
    for year in REGION.years.all:
        present = insured_windows(people, year)
        share = present.select(insurer_of(REGION, pl.col(label_column(year))) == 0).to_series().mean()
        assert share == pytest.approx(0.7, abs=0.015)


def test_some_move_to_another_label_and_some_to_another_insurer(people: pl.DataFrame) -> None:
    before, after = pl.col(label_column(2023)), pl.col(label_column(2024))
    moved = people.filter(before != after)
    between = insurer_of(REGION, before) != insurer_of(REGION, after)
    assert 0.01 < moved.height / people.height < 0.05
    assert 0 < moved.filter(between).height < moved.height


def test_a_move_is_an_end_in_one_register_and_a_start_the_day_after_in_the_other(
    people: pl.DataFrame, tmp_path: Path
) -> None:
    rows = {year: registers(tmp_path, people, year, LAST_KNOWN[year]) for year in (2023, 2024)}
    new_year = pl.date(2024, 1, 1)
    staying = insured_windows(people, 2023).filter(
        pl.col("window_end") == pl.date(2023, 12, 31),
        (pl.col("exit_date") >= new_year).fill_null(value=True),
    )
    both = (
        staying.select(
            burgerservicenummer="bsn",
            old=code_of(REGION, pl.col(label_column(2023))),
            new=code_of(REGION, pl.col(label_column(2024))),
        )
        .join(rows[2023], on="burgerservicenummer", validate="1:1")
        .join(rows[2024], on="burgerservicenummer", validate="1:1", suffix="_next")
    )
    assert both.height == staying.height
    assert both["uzovi"].equals(both["old"], check_names=False)
    assert both["uzovi_next"].equals(both["new"], check_names=False)
    movers = both.filter(pl.col("old") != pl.col("new"))
    assert movers.height > 100
    assert set(movers["einddatum"]) == {dt.date(2023, 12, 31)}
    assert set(movers["ingangsdatum_next"]) == {dt.date(2024, 1, 1)}
    stayers = both.filter(pl.col("old") == pl.col("new"))
    assert stayers["einddatum"].null_count() == stayers.height
    assert stayers["ingangsdatum"].equals(stayers["ingangsdatum_next"], check_names=False)


def test_the_interim_register_knows_nothing_of_later_days(people: pl.DataFrame, tmp_path: Path) -> None:
    day = dt.date(2025, 9, 30)
    interim = registers(tmp_path, people, 2025, day)
    whole = registers(tmp_path, people, 2025, LAST_KNOWN[2025])
    assert interim.select(pl.max("ingangsdatum", "einddatum", "wlz_ingangsdatum")).row(0) <= (day, day, day)
    later = whole.filter(pl.col("ingangsdatum") > day)
    assert later.height + interim.height == whole.height > interim.height
    assert whole["einddatum"].count() > interim["einddatum"].count()


def test_registers_name_the_practice_and_the_entry_into_the_wlz(people: pl.DataFrame, tmp_path: Path) -> None:
    rows = registers(tmp_path, people, 2022, LAST_KNOWN[2022])
    assert rows["huisartspraktijk"].str.contains(r"^0199\d{4}$").all()
    assert 0.005 < rows["wlz_ingangsdatum"].count() / rows.height < 0.03
    assert rows["wlz_ingangsdatum"].max() <= dt.date(2022, 12, 31)
