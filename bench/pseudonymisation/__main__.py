"""`python -m bench.pseudonymisation`: the protocol's steps, with the floor under each and what people do today."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.machine import machine
from bench.measure import Measurement, MeasuringError, measure_process
from bench.pseudonymisation.report import Result, as_page, as_table, notes
from bench.pseudonymisation.stages import PERSONS, ROWS, STAGES, WHOLE, Stage
from bench.report import Timed
from pipeline.errors import OcmoError
from pipeline.home import CHECKOUT

PAGE = CHECKOUT / "docs" / "benchmarks-pseudonymisation.md"
PROCESS = [sys.executable, "-m", "bench.pseudonymisation.work"]
FEWEST_PERSONS = 10_000


def run(
    persons: Annotated[int, typer.Option(help="So many unique persons.", min=FEWEST_PERSONS)] = WHOLE[
        PERSONS
    ],
    rows: Annotated[int, typer.Option(help="So many rows; at least one a person.")] = WHOLE[ROWS],
    runs: Annotated[int, typer.Option(help="Rounds; the table shows medians.", min=1)] = 3,
    keep: Annotated[bool, typer.Option("--keep", help=f"Also write {PAGE.relative_to(CHECKOUT)}.")] = False,
) -> None:
    """Measure sealing, the giving of pseudonyms, and opening and joining, on rows made for it."""
    if rows < persons:
        raise typer.BadParameter(f"{rows:,} rows are fewer than {persons:,} persons: each has one at least")
    console = Console(highlight=False)
    rounds = []
    for number in range(1, runs + 1):
        console.print(f"[dim]round {number} of {runs}[/dim]")
        rounds.append(measure_round(persons, rows))
    found = {stage: Timed(stage.name, tuple(one[stage] for one in rounds)) for stage in STAGES}
    result = Result(persons, rows, found)
    console.print(as_table(result))
    for note in notes(result):
        console.print(f"\n[dim]{note}[/dim]")
    if keep:
        PAGE.write_text(as_page(result, machine()), encoding="utf-8")
        console.print(f"\nKept in {PAGE.relative_to(CHECKOUT)}.")


def measure_round(persons: int, rows: int) -> dict[Stage, Measurement]:
    """Every stage once, in a new folder.

    Raises:
        MeasuringError: when the rows cannot be made, or a stage fails.
    """
    with tempfile.TemporaryDirectory() as name:
        _make(Path(name), persons, rows)
        return {stage: measure_process(stage.name, [*PROCESS, stage.name, name]) for stage in STAGES}


def _make(folder: Path, persons: int, rows: int) -> None:
    """In a process of its own: a parent's peak memory is handed down to those that are measured."""
    command = [*PROCESS, "make", str(folder), str(persons), str(rows)]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=CHECKOUT, check=False)
    if ended.returncode:
        raise MeasuringError("The rows could not be made", remedy=ended.stderr)


def main() -> None:
    """Run the bench; an error for people ends as one message and its exit code."""
    try:
        typer.run(run)
    except OcmoError as error:
        sys.stderr.write(f"bench: {error}\n")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
