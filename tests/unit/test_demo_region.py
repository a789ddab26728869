"""Writing the region: the same bytes each time, whole or not at all, never over another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.demo import region as region_module
from pipeline.demo import year_files
from pipeline.demo.files import RegionFile, mapping_path
from pipeline.demo.region import write_region
from pipeline.demo.summary import RegionSummary, read_summary
from pipeline.demo.year_files import Year, most_files
from pipeline.errors import SettingsError
from tests.small_region import small_region


@pytest.fixture(autouse=True, scope="module")
def _small() -> Iterator[None]:
    """A region of few files: writing one takes a second or two."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(region_module, "read_region", small_region)
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RegionSummary]:
    out = tmp_path_factory.mktemp("region")
    return out, write_region(out, insured=400, seed=9)


def contents(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_every_supplier_has_its_files(made: tuple[Path, RegionSummary]) -> None:
    out, summary = made
    assert set(contents(out)) == {file.path for file in summary.files} | {"region.json"}
    assert summary.suppliers == ("zilverzorg", "kompas", "maasoever", "de-linde", "veldzicht", "berkenhof")
    for insurer in ("zilverzorg", "kompas"):
        tables = {file.table for file in summary.of(insurer, 2025)}
        assert tables == {"insured", "claim_line", "provider", "control_total", "non_claim_payment"}
    assert [file.table for file in summary.of("de-linde", 2025)] == [
        "clinical_event",
        "patient_report",
        "access_measure",
        "indicator_return",
    ]
    assert all(mapping_path(file.mapping).is_file() for file in summary.files if file.mapping)


def test_the_same_parameters_give_the_same_bytes(made: tuple[Path, RegionSummary], tmp_path: Path) -> None:
    assert write_region(tmp_path, insured=400, seed=9) == made[1]
    assert contents(tmp_path) == contents(made[0])


def test_another_seed_gives_other_bytes(made: tuple[Path, RegionSummary], tmp_path: Path) -> None:
    other = write_region(tmp_path, insured=400, seed=10)
    digests = [
        {file.sha256 for file in region.of("zilverzorg") if file.table != "provider"}
        for region in (other, made[1])
    ]
    assert not digests[0] & digests[1]


def test_a_second_call_finds_the_region_and_touches_nothing(made: tuple[Path, RegionSummary]) -> None:
    out, summary = made
    times = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    assert write_region(out, insured=400, seed=9) == summary
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == times


@pytest.mark.parametrize(("insured", "seed"), [(401, 9), (400, 8)])
def test_another_region_in_the_same_folder_is_refused(
    made: tuple[Path, RegionSummary], insured: int, seed: int
) -> None:
    with pytest.raises(SettingsError, match="already another region \\(400 insured, seed 9\\)"):
        write_region(made[0], insured=insured, seed=seed)


def test_a_region_without_one_of_its_files_is_refused(made: tuple[Path, RegionSummary]) -> None:
    lost = made[0] / made[1].files[0].path
    kept = lost.with_suffix(".kept")
    lost.rename(kept)
    try:
        with pytest.raises(SettingsError, match="lacks its file zilverzorg/files/verzekerden-2024"):
            read_summary(made[0])
    finally:
        kept.rename(lost)


def test_a_region_that_was_broken_off_is_written_again(
    made: tuple[Path, RegionSummary], tmp_path: Path
) -> None:
    def stop(path: str, number: int, of: int) -> None:
        if number == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_region(tmp_path, insured=400, seed=9, progress=stop)
    assert read_summary(tmp_path) is None
    write_region(tmp_path, insured=400, seed=9)
    assert contents(tmp_path) == contents(made[0])


def test_the_contract_year_has_a_register_of_the_interim_state(made: tuple[Path, RegionSummary]) -> None:
    for insurer in ("zilverzorg", "kompas"):
        states = {
            year: [file.last_invoiced for file in made[1].of(insurer, year) if file.table == "insured"]
            for year in (2024, 2025)
        }
        assert states == {2024: ["2025-06-30"], 2025: ["2025-09-30", "2026-06-30"]}


@dataclass
class Watched:
    """A region that was watched while it was written."""

    summary: RegionSummary
    seen: list[tuple[int, int]]
    ledger: pl.DataFrame
    truths: dict[str, Any]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    root, ledgers, seen = tmp_path_factory.mktemp("watched"), [], []

    def keep(made: Year) -> Iterator[RegionFile]:
        for insurer in small_region().insurers:
            ledgers.append(made.ledger.of(insurer.supplier).with_columns(period=pl.lit(made.year)))
        yield from ()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(year_files, "WRITERS", (*year_files.WRITERS, keep))
        summary = write_region(
            root / "suppliers",
            insured=300,
            seed=3,
            progress=lambda path, number, most: seen.append((number, most)),
            truths=root / "truths",
        )
    told = json.loads((root / "truths" / "truths.json").read_text(encoding="utf-8"))
    return Watched(summary, seen, pl.concat(ledgers), told)


def test_progress_counts_every_file(watched: Watched) -> None:
    assert [number for number, _ in watched.seen] == list(range(1, len(watched.summary.files) + 1))
    assert {most for _, most in watched.seen} == {most_files(small_region())}
    assert len(watched.seen) <= most_files(small_region())


def test_the_ledgers_hold_every_line_of_every_file(watched: Watched) -> None:
    day = pl.col("invoiced_date")
    sums = watched.ledger.group_by("file", "supplier", "period").agg(
        rows=pl.len(),
        cents=pl.col("declared_cents").sum(),
        first=day.min().cast(pl.String),
        last=day.max().cast(pl.String),
    )
    found = {row["file"]: tuple(row.values())[1:] for row in sums.iter_rows(named=True)}
    assert found == {
        file.path: (file.supplier, file.year, file.rows, file.cents, file.first_invoiced, file.last_invoiced)
        for file in watched.summary.files
        if file.table == "claim_line"
    }
    assert set(watched.ledger["insurer_code"]) == {"9991", "9992", "9993"}
    assert set(watched.ledger["period"] - watched.ledger["year_of_loss"]) <= {0, 1}


def test_truths_are_written_where_they_are_asked_for_and_nowhere_else(
    made: tuple[Path, RegionSummary], watched: Watched
) -> None:
    assert not list(made[0].rglob("truths*"))
    told = watched.truths
    assert (told["insured"], told["seed"], told["contract_year"]) == (300, 3, 2025)
    assert [entry["name"] for entry in told["truths"]] == [
        "efficiency_consortium",
        "efficiency_gp_group",
        "greater_need",
        "quality",
        "price_rise",
        "volume_shift",
        "care_hotel_spillover",
        "coding_drift",
    ]
    assert all(entry["expected"] for entry in told["truths"])


def test_a_region_without_people_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="too small"):
        write_region(tmp_path, insured=5)
    assert not list(tmp_path.iterdir())


def test_a_spoiled_summary_is_refused(tmp_path: Path) -> None:
    (tmp_path / "region.json").write_text('{"insured": 1}')
    with pytest.raises(SettingsError, match="no summary of a region"):
        write_region(tmp_path, insured=400, seed=9)
