"""`python -m pipeline.demo.validation.run` (`make validate`): ten seeds, each planted truth in its interval or not.

Seeds run side by side, each in a process of its own. The result is kept in docs/validation with the date that
is given, the size, and the digest of the code that found it.
"""

from __future__ import annotations

import datetime as dt
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pipeline.code_version import code_version
from pipeline.demo.validation.report import Result, as_page, as_table
from pipeline.demo.validation.trial import Finding, run_trial
from pipeline.errors import OcmoError
from pipeline.home import CHECKOUT, state_folder

PAGE = CHECKOUT / "docs" / "validation" / "planted-truths.md"
SEEDS = tuple(range(101, 111))
"""Fixed beforehand, so that nobody chooses those that come out well."""


def run(
    insured: Annotated[int, typer.Option(help="Insured in each region.", min=5_000)] = 100_000,
    seeds: Annotated[int, typer.Option(help="How many of the ten fixed seeds.", min=1, max=len(SEEDS))] = 10,
    side_by_side: Annotated[int, typer.Option(help="Seeds at a time.", min=1)] = 2,
    keep: Annotated[
        str, typer.Option(help=f"Also write {PAGE.relative_to(CHECKOUT)}, under this date.")
    ] = "",
) -> None:
    """Hold the pipeline's figures against what was planted, seed by seed."""
    console, folder = Console(highlight=False), state_folder() / "validation"
    found: dict[int, list[Finding]] = {}
    with ProcessPoolExecutor(side_by_side, mp_context=get_context("spawn")) as pool:
        trials = {
            pool.submit(run_trial, Path(folder / str(seed)), insured=insured, seed=seed): seed
            for seed in SEEDS[:seeds]
        }
        for done in as_completed(trials):
            found[trials[done]] = done.result()
            missed = [finding.truth for finding in found[trials[done]] if not finding.is_found]
            console.print(
                f"seed {trials[done]} ({len(found)} of {len(trials)}): "
                + (f"outside its interval: {', '.join(missed)}" if missed else "every truth in its interval")
            )
    result = Result(insured, dict(sorted(found.items())), code_version())
    console.print(as_table(result))
    if keep:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(as_page(result, dt.date.fromisoformat(keep)), encoding="utf-8")
        console.print(f"Kept in {PAGE.relative_to(CHECKOUT)}.")
    if result.failing:
        raise typer.Exit(1)


def main() -> None:
    """Run it; an error for people ends as one message and its exit code."""
    try:
        typer.run(run)
    except OcmoError as error:
        sys.stderr.write(f"validation: {error}\n")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
