"""What was measured, as a table for people, a page to keep, and JSON for comparing two runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from rich.table import Table

from bench.measure import Measurement
from bench.stages import FIRST_NIGHT
from bench.tables import as_markdown, as_rich, machine_as_markdown

HEADINGS = ("stage", "seconds", "lines/s", "peak MB", "x floor", "start-up s")
NOTES = (
    "Seconds are medians over the rounds. A round takes a fresh copy of the region and runs every stage once, each "
    "in a process of its own, on files that are still in the system's cache. The clock runs while a stage works; "
    "start-up (Python and imports) stands apart.",
    "Lines/s are the region's claim lines by the stage's seconds, whatever the stage reads: the TTP sees "
    "persons only, the indicators are made of the hospitals' records.",
    "Peak MB is the most memory that the process held, Python and libraries included.",
    "The second night runs the day after, on what the first one left and one delivery more, with 1 % new lines; its "
    "own making, sealing and mapping are not counted. The first night is open and link, gate, claims, run-out, case "
    "mix and indicators, of one contract.",
    "x floor: the stage's seconds by the floor's, which is measured in every round too. The floor is DuckDB alone: it "
    "reads the linked claim lines from Parquet, adds them up by person, month and kind of care, and writes the sums "
    "as compressed Parquet, sorted by that key.",
)
PAGE = """# Benchmarks

Made by `python -m bench.run {sizes} --keep`; written anew each time, so compare through the history.

{sections}

## What the columns mean

{notes}

{machine}
"""


SECTION = """## {title}

{table}

{in_words}"""


@dataclass(frozen=True)
class Timed:
    """A stage's measurements, one a round."""

    name: str
    rounds: tuple[Measurement, ...]

    @property
    def seconds(self) -> float:
        """The median time of its work."""
        return median(one.seconds for one in self.rounds)

    @property
    def start_up_seconds(self) -> float:
        """The median time its process took beside that."""
        return median(one.start_up_seconds for one in self.rounds)

    @property
    def peak_bytes(self) -> int:
        """The median of the most memory its process held."""
        return int(median(one.peak_bytes for one in self.rounds))


@dataclass(frozen=True)
class Result:
    """One run of the bench: `asked` claim lines at least, and `lines` that there were."""

    asked: int
    lines: int
    insured: int
    stages: tuple[Timed, ...]
    floor: Timed
    second_night: Timed
    machine: Mapping[str, str]

    @property
    def title(self) -> str:
        """What was measured, in a line."""
        rounds = len(self.floor.rounds)
        medians = f"medians of {rounds} rounds" if rounds > 1 else "one round"
        return f"{self.lines:,} claim lines of {self.insured:,} insured; {medians}"

    @property
    def second_share(self) -> float:
        """The second night's seconds as a share of the first night's."""
        return self.second_night.seconds / sum(s.seconds for s in self.stages if s.name in FIRST_NIGHT)

    @property
    def in_words(self) -> str:
        """What the second night cost."""
        return (
            f"The second night, with 1 % new lines, took {self.second_share:.0%} of the first night's time."
        )

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The table's cells under `HEADINGS`: the stages, the line as a whole, the floor, the second night."""
        seconds = sum(stage.seconds for stage in self.stages)
        peak = max(stage.peak_bytes for stage in self.stages)
        start_up = sum(stage.start_up_seconds for stage in self.stages)
        timed = [(s.name, s.seconds, s.peak_bytes, s.start_up_seconds) for s in (*self.stages, self.floor)]
        timed.insert(-1, ("the whole line", seconds, peak, start_up))
        second = self.second_night
        timed.append((second.name, second.seconds, second.peak_bytes, second.start_up_seconds))
        return [self._row(*one) for one in timed]

    def _row(self, name: str, seconds: float, peak_bytes: int, start_up: float) -> tuple[str, ...]:
        return (
            name,
            f"{seconds:.2f}",
            f"{self.lines / seconds:,.0f}",
            f"{peak_bytes / 1e6:,.0f}",
            f"{seconds / self.floor.seconds:.1f}",
            f"{start_up:.1f}",
        )

    def as_json(self) -> dict[str, Any]:
        """Plain values: every round of every stage, so that two runs can be compared beyond their medians."""
        return {
            "claim_lines": self.lines,
            "insured": self.insured,
            "machine": dict(self.machine),
            "stages": [self._timed(stage) for stage in (*self.stages, self.floor, self.second_night)],
            "second_night_share_of_first": self.second_share,
        }

    def _timed(self, stage: Timed) -> dict[str, Any]:
        return {
            "stage": stage.name,
            "median_seconds": stage.seconds,
            "times_floor": stage.seconds / self.floor.seconds,
            "peak_bytes": stage.peak_bytes,
            "rounds": [asdict(one) for one in stage.rounds],
        }


def as_table(result: Result) -> Table:
    """The result for a terminal."""
    return as_rich(result.title, HEADINGS, result.rows, bold={"the whole line"})


def as_page(results: Sequence[Result]) -> str:
    """Results of several sizes as `docs/benchmarks.md`: a table each, what it means, and the machine."""
    ordered = sorted(results, key=lambda result: result.lines)
    return PAGE.format(
        sizes=" ".join(f"--lines {result.asked}" for result in ordered),
        sections="\n\n".join(_section(result) for result in ordered),
        notes="\n".join(f"- {note}" for note in NOTES),
        machine=machine_as_markdown(ordered[-1].machine),
    )


def _section(result: Result) -> str:
    table = as_markdown(HEADINGS, result.rows)
    return SECTION.format(title=result.title, table=table, in_words=result.in_words)
