"""`python -m bench.run` (`make bench`): the whole line by stage, with a floor, in rounds."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bench.machine import machine
from bench.measure import Measurement, measure
from bench.prepare import claim_lines, deliver_more, fresh_copy, prepare, remove
from bench.report import NOTES, Result, Timed, as_page, as_table
from bench.second_night import SHARE
from bench.stages import FLOOR, SECOND_NIGHT, STAGES
from pipeline.demo.roles import State
from pipeline.errors import OcmoError
from pipeline.home import CHECKOUT, OcmoHome, state_folder

PAGE = CHECKOUT / "docs" / "benchmarks.md"
FEWEST_LINES = 150_000
"""With half of that, the comparison hospitals may have no complication to compare with."""

Rounds = dict[str, list[Measurement]]


def run(
    lines: Annotated[
        list[int], typer.Option(help="At least so many claim lines; may be repeated.", min=FEWEST_LINES)
    ] = [1_000_000],  # noqa: B006 - only read
    runs: Annotated[int, typer.Option(help="Rounds; the table shows medians.", min=1)] = 3,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Also write every measurement here.", metavar="FILE")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help=f"Also write {PAGE.relative_to(CHECKOUT)}.")] = False,
) -> None:
    """Measure every stage of the line on a synthetic region, and the floor beside it."""
    console = Console(highlight=False)
    results = [_measured(asked, runs, console) for asked in lines]
    for result in results:
        console.print(as_table(result))
        console.print(f"\n{result.in_words}\n")
    for note in NOTES:
        console.print(f"[dim]{note}[/dim]\n")
    if json_file:
        told = [result.as_json() for result in results]
        json_file.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    if keep:
        PAGE.write_text(as_page(results), encoding="utf-8")
        console.print(f"Kept in {PAGE.relative_to(CHECKOUT)}.")


def _measured(asked: int, runs: int, console: Console) -> Result:
    """One region of at least `asked` claim lines, measured in rounds."""
    prepared, region = prepare(state_folder() / "bench", asked)
    rounds = measure_rounds(prepared, runs, round(SHARE * claim_lines(region)), console)
    return Result(
        asked=asked,
        lines=claim_lines(region),
        insured=region.insured,
        stages=tuple(Timed(stage.name, tuple(rounds[stage.name])) for stage in STAGES),
        floor=Timed(FLOOR.name, tuple(rounds[FLOOR.name])),
        second_night=Timed(SECOND_NIGHT.name, tuple(rounds[SECOND_NIGHT.name])),
        machine=machine(OcmoHome.open(prepared.ocmo)),
    )


def measure_rounds(prepared: State, runs: int, new_lines: int, console: Console) -> Rounds:
    """Every stage, the floor and the second night, `runs` times; each round on its own copy of `prepared`."""
    stages = (*STAGES, FLOOR, SECOND_NIGHT)
    rounds: Rounds = {stage.name: [] for stage in stages}
    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=runs * len(stages))
        for number in range(1, runs + 1):
            state = fresh_copy(prepared)
            for stage in stages:
                progress.update(task, description=f"Round {number} of {runs}: {stage.name}")
                if stage is SECOND_NIGHT:
                    deliver_more(state, new_lines)
                found = measure(stage.name, state)
                rounds[stage.name].append(found)
                progress.console.print(f"[dim]round {number}  {stage.name:<20} {found.seconds:7.2f} s[/dim]")
                progress.advance(task)
            remove(state)
    return rounds


def main() -> None:
    """Run the bench; an error for people ends as one message and its exit code."""
    try:
        typer.run(run)
    except OcmoError as error:
        sys.stderr.write(f"bench: {error}\n")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
