"""`python -m bench.intake`: what a supplier's messages cost to take in, against floors measured in the same rounds.

A ZH308 message is read, judged and written as canonical Parquet; beside it DuckDB reads the same file as one text
column and writes that as Parquet. A GDS801 message likewise, beside a bare parse of the same file.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bench.intake_stages import BARE, CHECK, FLOOR, READ, VALIDATED, make, measure_stage
from bench.machine import machine
from bench.report import Timed
from bench.tables import as_markdown, as_rich, machine_as_markdown
from pipeline.home import CHECKOUT

PAGE = CHECKOUT / "docs" / "benchmarks-intake.md"
STAGES_OF = {"ZH308": (FLOOR, READ, CHECK), "GDS801": (BARE, VALIDATED, READ, CHECK)}
"""The first is the floor."""
HEADINGS = ("stage", "seconds", "records/s", "peak MB", "x floor")
NOTES = (
    "Seconds are medians over the rounds. A round runs every stage once, each in a process of its own, on a file that "
    "is still in the system's cache. The clock runs while a stage works, without the start of Python and the imports.",
    "The floor of a ZH308 message: DuckDB, with two threads, reads the file as one text column and writes that as "
    "Parquet. Of a GDS801 message: the same parser goes through every element and throws it away.",
    "Reading is all that is done row by row: form, fields, rows, persons, accounts, the digest of the file, and the "
    "accepted rows as Parquet. The check adds the rules between records.",
    "Peak MB is the most memory that the process held, Python and libraries included. It does not grow with the file: "
    "that is what the smaller message of each kind is for.",
)
TEXT = """# Benchmarks of intake

Made by `python -m bench.intake --keep`; written anew each time, so compare through the history.

{tables}

{notes}

{machine}
"""


@dataclass(frozen=True)
class Measured:
    """A message and its stages; the first is the floor."""

    standard: str
    records: int
    size: int
    stages: tuple[Timed, ...]

    @property
    def title(self) -> str:
        """What was read."""
        rounds = len(self.stages[0].rounds)
        size = f"{self.records:,} records, {self.size / 1e6:,.0f} MB"
        return f"{self.standard}, {size}; medians of {rounds} rounds"

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The table's rows, under `HEADINGS`."""
        floor = self.stages[0].seconds
        return [
            (
                stage.name,
                f"{stage.seconds:.2f}",
                f"{self.records / stage.seconds:,.0f}",
                f"{stage.peak_bytes / 1e6:,.0f}",
                f"{stage.seconds / floor:.1f}",
            )
            for stage in self.stages
        ]


def run(
    records: Annotated[int, typer.Option(help="At least so many ZH308 records.", min=0)] = 2_000_000,
    performances: Annotated[int, typer.Option(help="At least so many in GDS801.", min=0)] = 200_000,
    runs: Annotated[int, typer.Option(help="Rounds; the tables show medians.", min=1)] = 3,
    keep: Annotated[bool, typer.Option("--keep", help=f"Also write {PAGE.relative_to(CHECKOUT)}.")] = False,
) -> None:
    """Measure the reading of generated messages, of a quarter of the size and of the whole; 0 leaves a kind out."""
    console = Console(highlight=False)
    asked = [("ZH308", size) for size in (records // 4, records) if size]
    asked += [("GDS801", size) for size in (performances // 4, performances) if size]
    found = []
    for standard, size in asked:
        found.append(measured(standard, STAGES_OF[standard], size, runs))
        console.print(as_table(found[-1]))
    if keep:
        PAGE.write_text(as_page(found), encoding="utf-8")
        console.print(f"\nKept in {PAGE.relative_to(CHECKOUT)}.")


def measured(standard: str, stages: tuple[str, ...], size: int, runs: int) -> Measured:
    """A message of at least so many records, made and read `runs` times."""
    with tempfile.TemporaryDirectory() as folder:
        message = Path(folder) / "message"
        records = make(standard, message, size)
        rounds = [{stage: measure_stage(stage, message) for stage in stages} for _ in range(runs)]
        timed = tuple(Timed(stage, tuple(one[stage] for one in rounds)) for stage in stages)
        return Measured(standard, records, message.stat().st_size, timed)


def as_table(found: Measured) -> Table:
    """For a terminal."""
    return as_rich(found.title, HEADINGS, found.rows)


def as_page(found: list[Measured]) -> str:
    """For the documents."""
    tables = (f"{one.title}.\n\n{as_markdown(HEADINGS, one.rows)}" for one in found)
    return TEXT.format(
        tables="\n\n".join(tables),
        notes="\n".join(f"- {note}" for note in NOTES),
        machine=machine_as_markdown(machine()),
    )


if __name__ == "__main__":
    typer.run(run)
