"""The bench of pseudonymisation: every stage does its work, and what was sampled is reckoned for all."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.measure import Measurement
from bench.pseudonymisation import stages, today, world
from bench.pseudonymisation.report import HEADINGS, Result, as_page
from bench.pseudonymisation.work import LOADERS
from bench.report import Timed

PERSONS, ROWS = 300, 2_000


def test_every_stage_goes_through_all_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(today, "PERSONS_ASKED", 5)
    world.make(tmp_path, PERSONS, ROWS)
    done = {stage: LOADERS[stage.name](tmp_path)() for stage in stages.STAGES}
    sizes = {stages.PERSONS: PERSONS, stages.ROWS: ROWS}
    assert done == {stage: 5 if stage is stages.SERVICE else sizes[stage.of] for stage in stages.STAGES}


def result(persons: int, rows: int, seconds: float = 2.0) -> Result:
    """Every stage took so many seconds, in two rounds."""
    measured = Measurement(seconds, 0.5, 250_000_000)
    return Result(persons, rows, {stage: Timed(stage.name, (measured, measured)) for stage in stages.STAGES})


def cell(of: Result, stage: stages.Stage, heading: str) -> str:
    return next(row for row in of.cells if row[0] == stage.name)[HEADINGS.index(heading)]


def test_the_seconds_of_a_sample_are_reckoned_for_all() -> None:
    found = result(persons=1_000_000, rows=10_000_000)
    assert cell(found, stages.SERVICE, "seconds") == "1000.00"  # 2,000 persons in 2 seconds
    assert cell(found, stages.ROW_LOOP, "seconds") == "20.00"  # a million rows in 2 seconds
    assert cell(found, stages.SEAL, "seconds") == "2.00"


def test_fewer_rows_than_the_sample_are_timed_whole() -> None:
    assert cell(result(persons=50_000, rows=500_000), stages.ROW_LOOP, "seconds") == "2.00"


def test_a_smaller_run_is_held_against_its_part_of_the_target() -> None:
    found = result(persons=500_000, rows=1_000_000)
    assert [cell(found, stage, "target") for stage in (stages.SEAL, stages.MAP, stages.OPEN)] == [
        "1.20",
        "1.00",
        "0.80",
    ]
    assert cell(found, stages.BARE_SEAL, "target") == ""


def test_the_page_says_how_it_was_made() -> None:
    page = as_page(result(persons=50_000, rows=500_000), {"cores": "2"})
    assert "--persons 50000 --rows 500000 --runs 2 --keep" in page
    assert "of the service 2,000 persons" in page
    assert "| cores | 2 |" in page
