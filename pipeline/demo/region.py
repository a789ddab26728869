"""Make the region: simulate, and write every supplier's files, one year and one file at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from pipeline.demo.files import RegionFile, publish
from pipeline.demo.parameters import parameters_digest, read_region
from pipeline.demo.people import simulate_people
from pipeline.demo.streams import Streams
from pipeline.demo.summary import SUMMARY_FILE, RegionSummary, read_summary
from pipeline.demo.truths import write_truths
from pipeline.demo.year_files import Course, most_files, year_files
from pipeline.errors import SettingsError

Progress = Callable[[str, int, int], None]
"""Called for each finished file with its path, its number and how many there are at most."""

FEWEST_INSURED = 100


def write_region(
    out: Path,
    *,
    insured: int = 20_000,
    seed: int = 1,
    progress: Progress | None = None,
    truths: Path | None = None,
) -> RegionSummary:
    """Write the region into `out`, each supplier's files in `<supplier>/files/`, or find it there.

    The same parameters give the same bytes. A region that is whole is returned as it is; one that was
    broken off is written again.

    Args:
        out: the region's folder.
        insured: number of insured on 1 January of the first year.
        seed: where the random numbers start.
        progress: told of every file that is finished.
        truths: folder for truths.json, what was planted and what it comes to; outside every role's home. None:
            it is not written.

    Raises:
        SettingsError: when `out` holds a region made with other parameters, or `insured` is under 100.
    """
    if insured < FEWEST_INSURED:
        raise SettingsError(
            f"A region of {insured} insured is too small", remedy=f"Ask for {FEWEST_INSURED} or more."
        )
    digest = parameters_digest(insured, seed)
    found = read_summary(out)
    if found is not None:
        if found.parameters_digest != digest:
            raise SettingsError(
                f"There is already another region ({found.insured} insured, seed {found.seed})",
                where=str(out),
                remedy="Choose another folder, remove this one, or ask for that region's insured and seed "
                "(with the region.yaml it was made with).",
            )
        return found
    files = []
    for file in _files(out, insured, seed, truths):
        files.append(file)
        if progress:
            progress(file.path, len(files), most_files(read_region()))
    summary = RegionSummary(insured, seed, digest, tuple(files))
    publish(out / SUMMARY_FILE, lambda path: path.write_text(summary.to_json(), encoding="utf-8"))
    return summary


def _files(out: Path, insured: int, seed: int, truths: Path | None) -> Iterator[RegionFile]:
    """Write file after file; only one year's care is in memory at a time."""
    region, streams = read_region(), Streams(seed)
    people = simulate_people(region, streams, insured)
    course = Course(out, region, streams, people)
    for year in region.years.all:
        yield from year_files(course, year)
    if truths is not None:
        write_truths(truths, region, people, course.operations, insured=insured, seed=seed)
