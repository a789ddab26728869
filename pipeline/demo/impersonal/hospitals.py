"""What a hospital delivers of a year beside its patients' records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.demo.files import RegionFile
from pipeline.demo.impersonal.access import simulate_access, write_access
from pipeline.demo.impersonal.survey import simulate_survey, write_survey
from pipeline.demo.parameters import Hospital
from pipeline.demo.streams import Streams


def hospital_files(folder: Path, streams: Streams, hospital: Hospital, year: int) -> Iterator[RegionFile]:
    """Write a hospital's waiting times and its answers to the survey into its `folder`."""
    counts = simulate_access(streams, hospital, year)
    yield write_access(folder / f"wachttijden-{year}.csv", counts, hospital=hospital, year=year)
    answers = simulate_survey(streams, hospital, year)
    yield write_survey(folder / f"uitvraag-{year}.csv", answers, hospital=hospital, year=year)
