"""Writing the region: the same bytes each time, whole or not at all, never over another."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.demo import region as region_module
from pipeline.demo.files import mapping_path
from pipeline.demo.region import write_region
from pipeline.demo.summary import RegionSummary, read_summary
from pipeline.errors import SettingsError


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RegionSummary]:
    out = tmp_path_factory.mktemp("region")
    return out, write_region(out, insured=400, seed=9)


def contents(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_every_supplier_has_its_files(made: tuple[Path, RegionSummary]) -> None:
    out, summary = made
    assert set(contents(out)) == {file.path for file in summary.files} | {"region.json"}
    assert len(summary.of("zilverzorg")) == 4 * 6
    assert [file.table for file in summary.of("de-linde", 2025)] == ["clinical_event", "patient_report"]
    assert all(mapping_path(file.mapping).is_file() for file in summary.files if file.mapping)


def test_the_same_parameters_give_the_same_bytes(made: tuple[Path, RegionSummary], tmp_path: Path) -> None:
    assert write_region(tmp_path, insured=400, seed=9) == made[1]
    assert contents(tmp_path) == contents(made[0])


def test_another_seed_gives_other_bytes(made: tuple[Path, RegionSummary], tmp_path: Path) -> None:
    other = write_region(tmp_path, insured=400, seed=10)
    digests = [{file.sha256 for file in region.of("zilverzorg")} for region in (other, made[1])]
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
        with pytest.raises(SettingsError, match="lacks its file zilverzorg/files/verzekerden-2022"):
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


def test_progress_counts_every_file(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    summary = write_region(
        tmp_path,
        insured=region_module.FEWEST_INSURED,
        progress=lambda path, number, of: seen.append((number, of)),
    )
    count = len(summary.files)
    assert seen == [(number, count) for number in range(1, count + 1)]


def test_a_region_without_people_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="too small"):
        write_region(tmp_path, insured=5)
    assert not list(tmp_path.iterdir())


def test_a_spoiled_summary_is_refused(tmp_path: Path) -> None:
    (tmp_path / "region.json").write_text('{"insured": 1}')
    with pytest.raises(SettingsError, match="no summary of a region"):
        write_region(tmp_path, insured=400, seed=9)
