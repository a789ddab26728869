"""The files of one year, supplier by supplier. Further kinds of file are added to `WRITERS`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from pipeline.demo.care.windows import insured_windows
from pipeline.demo.claims.corrections import declare
from pipeline.demo.claims.flows import FLOWS, HOSPITAL, Flow, batches
from pipeline.demo.claims.invoicing import invoiced, last_invoice_day
from pipeline.demo.files import RegionFile, placed
from pipeline.demo.hospital_records import write_answers, write_operations
from pipeline.demo.impersonal.hospitals import hospital_files
from pipeline.demo.impersonal.insurers import Earlier, insurer_files
from pipeline.demo.ledger import Ledger
from pipeline.demo.moves import code_of, insurer_of, label_column
from pipeline.demo.operations import simulate_answers, simulate_operations
from pipeline.demo.parameters import Region
from pipeline.demo.practices import all_providers
from pipeline.demo.register import write_register
from pipeline.demo.streams import Streams

INTERIM_UP_TO = (9, 30)
"""Month and day of the contract year up to which insurers deliver an interim state."""


@dataclass
class Course:
    """The region while it is written: what stays the same, and what one year leaves for the next.

    `waiting` holds corrections that come a year later, by flow of claims; `earlier` an insurer's books so far;
    `operations` those of the contract year, once they are there.
    """

    out: Path
    region: Region
    streams: Streams
    people: pl.DataFrame
    waiting: dict[str, pl.DataFrame] = field(default_factory=dict)
    earlier: dict[str, Earlier] = field(default_factory=dict)
    operations: pl.DataFrame = field(default_factory=pl.DataFrame)

    def folder(self, supplier: str) -> Path:
        """Where a supplier's files lie."""
        return self.out / placed(supplier, "")


@dataclass
class Year:
    """A year while it is written; `hospital_care` and `ledger` are there once the claims are."""

    course: Course
    year: int
    ledger: Ledger = field(default_factory=Ledger)
    hospital_care: pl.DataFrame = field(default_factory=pl.DataFrame)

    @property
    def is_contract_year(self) -> bool:
        """Whether hospitals deliver records of it, and insurers an interim state."""
        return self.year == self.course.region.years.contract

    @property
    def known_to(self) -> tuple[dt.date, ...]:
        """The days up to which insurers deliver it: of the contract year the interim one, and the last."""
        interim = (dt.date(self.year, *INTERIM_UP_TO),) if self.is_contract_year else ()
        return (*interim, last_invoice_day(self.year))


def registers(made: Year) -> Iterator[RegionFile]:
    """Each insurer's register, as known on each day of delivery."""
    course = made.course
    for index, insurer in enumerate(course.region.insurers):
        for day in made.known_to:
            interim = "-tussentijds" if day != made.known_to[-1] else ""
            path = course.folder(insurer.supplier) / f"verzekerden-{made.year}{interim}.csv"
            yield write_register(
                path, course.people, course.region, insurer=index, year=made.year, known_to=day
            )


def claims(made: Year) -> Iterator[RegionFile]:
    """All claims; fills the ledger, and keeps the hospital care."""
    for flow in FLOWS:
        yield from _flow(made, flow)


def _flow(made: Year, flow: Flow) -> Iterator[RegionFile]:
    course, year = made.course, made.year
    region, streams, people = course.region, course.streams, course.people
    performances = flow.simulate(region, streams, people, year)
    if flow is HOSPITAL:
        made.hospital_care = performances
    due = invoiced(region, streams, performances, people, year, flow.name)
    declared = declare(region, streams, due, year, course.waiting.get(flow.name), name=flow.name)
    course.waiting[flow.name] = declared.waiting
    for lines, batch in batches(flow, region, declared.lines, year, course.folder):
        for written in flow.write(lines, people, batch):
            made.ledger.enter(batch.insurer.supplier, written.ledger)
            yield written.file


def hospital_records(made: Year) -> Iterator[RegionFile]:
    """Operations and questionnaires of the contract year."""
    if not made.is_contract_year:
        return
    course, year = made.course, made.year
    operations = simulate_operations(course.region, course.streams, made.hospital_care, course.people)
    course.operations = operations
    answers = simulate_answers(course.region, course.streams, operations)
    for index, hospital in enumerate(course.region.hospitals):
        folder, own = course.folder(hospital.supplier), operations.filter(hospital=index)
        yield write_operations(
            folder / f"operaties-{year}.csv", own, region=course.region, hospital=hospital, year=year
        )
        answered = answers.filter(hospital=index)
        yield write_answers(folder / f"prom-{year}.csv", answered, hospital=hospital, year=year)


def insurer_tables(made: Year) -> Iterator[RegionFile]:
    """Each insurer's books, payments and providers."""
    course, region, year = made.course, made.course.region, made.year
    label = pl.col(label_column(year))
    insured = insured_windows(course.people, year).select(
        insurer=insurer_of(region, label),
        insurer_code=code_of(region, label),
        general_practice_code="referrer_code",
        first_day="window_start",
        last_day="window_end",
    )
    for index, insurer in enumerate(region.insurers):
        files, course.earlier[insurer.supplier] = insurer_files(
            course.folder(insurer.supplier),
            supplier=insurer.supplier,
            year=year,
            ledger=made.ledger.of(insurer.supplier),
            insured=insured.filter(insurer=index).drop("insurer"),
            providers=all_providers(region),
            known_to=made.known_to,
            earlier=course.earlier.get(insurer.supplier),
        )
        yield from files


def hospital_tables(made: Year) -> Iterator[RegionFile]:
    """Each hospital's waiting times and survey of the contract year."""
    if made.is_contract_year:
        for hospital in made.course.region.hospitals:
            folder = made.course.folder(hospital.supplier)
            yield from hospital_files(folder, made.course.streams, hospital, made.year)


Writer = Callable[[Year], Iterator[RegionFile]]

WRITERS: tuple[Writer, ...] = (registers, claims, hospital_records, insurer_tables, hospital_tables)
"""What writes a year's files, in order: the claims come before what is counted from them."""


def year_files(course: Course, year: int) -> Iterator[RegionFile]:
    """Write the files of a year, each with its path from the region's folder."""
    made = Year(course, year)
    for write in WRITERS:
        for file in write(made):
            yield replace(file, path=placed(file.supplier, file.path))


def most_files(region: Region) -> int:
    """How many files there are at most; where nothing was invoiced in a quarter there is none."""
    quarters = 6  # of a year's care: its own four and the first two of the next
    by_insurer = sum(quarters * (len(region.hospitals) if flow.by_provider else 1) for flow in FLOWS)
    states = 4  # register, books, payments, providers
    insurers = len(region.insurers) * len(region.years.all) * (by_insurer + states)
    contract_year = len(region.insurers) * (states - 1) + 4 * len(region.hospitals)
    return insurers + contract_year
