"""What was measured of pseudonymisation, as a table for people and a page to keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rich.table import Table

from bench.pseudonymisation.stages import PERSONS, ROWS, WHOLE, Stage
from bench.report import Timed
from bench.tables import as_markdown, as_rich, machine_as_markdown

HEADINGS = ("stage", "seconds", "target", "x bare", "per second", "peak MB")
MOST_MEMORY_MB = 3_000
NOTES = (
    "Seconds are medians over the rounds. A round makes keys and rows anew and runs every stage once, each in a "
    "process of its own, on files that are still in the system's cache. The clock runs while a stage works, without "
    "the start of Python and the imports.",
    f"The target is {WHOLE[ROWS]:,} rows of {WHOLE[PERSONS]:,} persons sealed within 12 seconds, given pseudonyms "
    "within 2, opened and joined within 8; of fewer rows or persons their part of it. Each within "
    f"{MOST_MEMORY_MB:,} MB.",
    "x bare: the step's seconds by those of its floor, measured in the same rounds: the same HMACs, Parquet writing "
    "or reading, and encryption of the same data in one piece, without joining, shuffling, signing, or looking at what "
    "comes in.",
    "Today: what people do without this: an HMAC for every row in a loop, and a service on the same machine with a "
    "request for every person. Of the loop {loop} rows were timed, of the service {service} persons; the seconds for "
    "all are reckoned from them.",
    "Per second: rows; for the TTP, its floor and the service persons. Peak MB is the most memory that the process "
    "held, Python and libraries included.",
)
TEXT = """# Benchmarks of pseudonymisation

Made by `python -m bench.pseudonymisation {sizes} --keep`; written anew each time, so compare through the history.

{title}.

{table}

{notes}

{machine}
"""


@dataclass(frozen=True)
class Result:
    """The stages, each with how many rows or persons it timed, of a world of this size."""

    persons: int
    rows: int
    stages: Mapping[Stage, Timed]

    @property
    def runs(self) -> int:
        """How many rounds there were."""
        return len(next(iter(self.stages.values())).rounds)

    @property
    def title(self) -> str:
        """What was measured, in a line."""
        medians = f"medians of {self.runs} rounds" if self.runs > 1 else "one round"
        return f"{self.rows:,} rows of {self.persons:,} persons; {medians}"

    @property
    def cells(self) -> list[tuple[str, ...]]:
        """The table's rows, under `HEADINGS`."""
        return [self._row(stage, timed) for stage, timed in self.stages.items()]

    def size(self, stage: Stage) -> int:
        """How many persons or rows the stage is about."""
        return self.persons if stage.of == PERSONS else self.rows

    def timed(self, stage: Stage) -> int:
        """How many of them were timed."""
        return min(stage.sample or self.size(stage), self.size(stage))

    def _row(self, stage: Stage, timed: Timed) -> tuple[str, ...]:
        a_second = self.timed(stage) / timed.seconds
        return (
            stage.name,
            f"{self.size(stage) / a_second:.2f}",
            f"{stage.target * self.size(stage) / WHOLE[stage.of]:.2f}" if stage.target else "",
            f"{timed.seconds / self.stages[stage.floor].seconds:.1f}" if stage.floor else "",
            f"{a_second:,.0f}",
            f"{timed.peak_bytes / 1e6:,.0f}",
        )


def as_table(result: Result) -> Table:
    """For a terminal."""
    return as_rich(result.title, HEADINGS, result.cells)


def as_page(result: Result, machine: Mapping[str, str]) -> str:
    """For the documents: the table, what it means, and the machine."""
    return TEXT.format(
        sizes=f"--persons {result.persons} --rows {result.rows} --runs {result.runs}",
        title=result.title,
        table=as_markdown(HEADINGS, result.cells),
        notes="\n".join(f"- {note}" for note in notes(result)),
        machine=machine_as_markdown(machine),
    )


def notes(result: Result) -> list[str]:
    """What the columns mean."""
    timed = {stage: f"{result.timed(stage):,}" for stage in result.stages if stage.sample}
    loop, service = timed.values()
    return [note.format(loop=loop, service=service) for note in NOTES]
