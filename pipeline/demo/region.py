"""Make the region: simulate, and write every supplier's files, one year and one hospital at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from pipeline.demo.care import simulate_care
from pipeline.demo.claims_message import write_claims_message
from pipeline.demo.corrections import declare
from pipeline.demo.files import RegionFile, publish
from pipeline.demo.hospital_records import write_answers, write_operations
from pipeline.demo.operations import simulate_answers, simulate_operations
from pipeline.demo.parameters import Hospital, Region, parameters_digest, read_region
from pipeline.demo.people import simulate_people
from pipeline.demo.register import write_register
from pipeline.demo.streams import Streams
from pipeline.demo.summary import SUMMARY_FILE, RegionSummary, read_summary
from pipeline.errors import SettingsError

Progress = Callable[[str, int, int], None]
"""Called for each finished file with its path, its number and the number of all."""

FEWEST_INSURED = 100


def write_region(
    out: Path, *, insured: int = 20_000, seed: int = 1, progress: Progress | None = None
) -> RegionSummary:
    """Write the region into `out`, each supplier's files in `<supplier>/files/`, or find it there.

    The same parameters give the same bytes. A region that is whole is returned as it is; one that was
    broken off is written again.

    Args:
        out: the region's folder.
        insured: number of insured on 1 January of the first year.
        seed: where the random numbers start.
        progress: told of every file that is finished.

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
    writer = _Writer(out, read_region(), Streams(seed), insured)
    files = []
    for file in writer.files():
        files.append(file)
        if progress:
            progress(file.path, len(files), writer.file_count)
    summary = RegionSummary(insured, seed, digest, tuple(files))
    publish(out / SUMMARY_FILE, lambda path: path.write_text(summary.to_json(), encoding="utf-8"))
    return summary


@dataclass(frozen=True)
class _Writer:
    out: Path
    region: Region
    streams: Streams
    insured: int

    @property
    def file_count(self) -> int:
        """Per year a register and a message per hospital; in the contract year two records per hospital."""
        hospitals = len(self.region.hospitals)
        return len(self.region.years.all) * (1 + hospitals) + 2 * hospitals

    def files(self) -> Iterator[RegionFile]:
        """Write file after file; only one year's care is in memory at a time."""
        people = simulate_people(self.region, self.streams, self.insured)
        waiting = None
        for year in self.region.years.all:
            care = simulate_care(self.region, self.streams, people, year)
            declared = declare(self.region, self.streams, care, year, waiting)
            waiting = declared.waiting
            yield self._register(people, year)
            for index, hospital in enumerate(self.region.hospitals):
                lines = declared.lines.filter(hospital=index)
                yield self._message(lines, people, hospital, year)
            if year == self.region.years.contract:
                yield from self._records(care, people, year)

    def _register(self, people: pl.DataFrame, year: int) -> RegionFile:
        insurer = self.region.insurer
        path = self._path(insurer.supplier, f"verzekerden-{year}.csv")
        defects = self.streams.generator(f"register defects {year}"), self.region.defects.failing_bsn_share
        return self._placed(write_register(path, people, insurer=insurer, year=year, defects=defects))

    def _message(
        self, lines: pl.DataFrame, people: pl.DataFrame, hospital: Hospital, year: int
    ) -> RegionFile:
        insurer, code = self.region.insurer, hospital.provider_code
        rng = self.streams.generator(f"message defects {code} {year}")
        file = write_claims_message(
            self._path(insurer.supplier, f"zh308-{code}-{year}.asc"),
            lines,
            people,
            insurer=insurer,
            hospital=hospital,
            year=year,
            defects=(rng, self.region.defects.failing_bsn_share),
        )
        return self._placed(file)

    def _records(self, care: pl.DataFrame, people: pl.DataFrame, year: int) -> Iterator[RegionFile]:
        operations = simulate_operations(self.region, self.streams, care, people)
        answers = simulate_answers(self.region, self.streams, operations)
        for index, hospital in enumerate(self.region.hospitals):
            path = self._path(hospital.supplier, f"operaties-{year}.csv")
            own = operations.filter(hospital=index)
            yield self._placed(write_operations(path, own, region=self.region, hospital=hospital, year=year))
            path = self._path(hospital.supplier, f"prom-{year}.csv")
            yield self._placed(
                write_answers(path, answers.filter(hospital=index), hospital=hospital, year=year)
            )

    def _path(self, supplier: str, name: str) -> Path:
        return self.out / supplier / "files" / name

    def _placed(self, file: RegionFile) -> RegionFile:
        """With its path from the region's folder."""
        return replace(file, path=f"{file.supplier}/files/{file.path}")
