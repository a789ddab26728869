"""`python -m bench.settlement`: a replay of 3,000 settlements and one statement, beside a floor in the same rounds.

The floor reads the same file and works out the same payments with nothing around them: binary floats, no terms, no
lines, no units. What the engine costs above it is what a statement is: exact, and each step with its clause.
"""

from __future__ import annotations

import csv
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bench.machine import machine
from pipeline.contract import load
from pipeline.home import CHECKOUT
from pipeline.settlement import Figure, Figures, IndicatorFigure, settle
from pipeline.settlement.figures import UNITS
from pipeline.settlement.replay.run import no_collections, prepare

PAGE = CHECKOUT / "docs" / "benchmarks-settlement.md"
TERMS = CHECKOUT / "contracts" / "reference" / "mssp"
CONTRACT = CHECKOUT / "contracts" / "maasoever.yaml"
HEADER = (
    "performance_year", "aco_id", "track", "beneficiaries", "person_years", "benchmark_total", "expenditure_total",
    "published_minimum_savings_rate", "quality_score", "met_quality_standard", "disaster_adjustment",
)  # fmt: skip
FLOOR, READ, TERMS_READ, REPLAY, STATEMENT = (
    "floor: the same payments in bare floats",
    "contracts read, ten tracks",
    "rules resolved, by track and year",
    "replay",
    "one statement of a Dutch contract",
)
TEXT = """# Benchmarks of the settlement

Made by `python -m bench.settlement --keep`; written anew each time, so compare through the history. Medians of {runs}
rounds, in one process, after its start. The replay settles {rows:,} made-up rows of two tracks; each has all its lines.

{table}

| machine | |
|---|---|
{machine}
"""


def facts(path: Path, rows: int) -> None:
    """Write rows of one- and two-sided terms, gains and losses alike, the same each time."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(rows):
            benchmark = 50_000_000 + 31_337 * number
            cost = benchmark * (88 + number % 24) // 100 + number
            track = ("TRACK 1", "ENHANCED")[number % 2]
            year = "2018" if track == "TRACK 1" else "2021"
            score = f"{0.7 + number % 300 / 1000:.4f}"
            persons = 5_000 + 17 * number % 70_000
            writer.writerow(
                (year, f"B{number:04d}", track, persons, persons - 100, benchmark, cost, "0.02", score, 1, "")
            )


def floor(path: Path) -> float:
    """The same payments without anything around them; their sum."""
    total = 0.0
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            benchmark, saved = float(row["benchmark_total"]), 0.0
            saved = benchmark - float(row["expenditure_total"])
            one_sided = row["track"] == "TRACK 1"
            if saved >= 0.02 * benchmark:
                rate = 0.5 * float(row["quality_score"]) if one_sided else 0.75
                total += min(rate * saved * 0.98, benchmark * (0.10 if one_sided else 0.20))
            elif not one_sided and -saved >= 0.02 * benchmark:
                total -= min(0.4 * -saved, 0.15 * benchmark)
    return total


def one_statement() -> Callable[[], object]:
    """Settling a year of the example contract, its figures given."""
    contract = load(CONTRACT)
    values = {
        (name, year): Figure(value, UNITS[name])
        for year in (2022, 2023, 2024, 2025)
        for name, value in (
            ("insured_months", 240_000),
            ("insured_months_without_cell", 12),
            ("truncated_cents", 10**8),
            ("actual_cents", 2 * 10**9 - year * 10**5),
            ("expected_cents", 2 * 10**9 + year * 10**4 + 0.125),
        )
    }
    measured = {
        code: IndicatorFigure(value, 900, value - 0.1, value + 0.1, "as measured")
        for code, value in (("complication_ratio", 0.91), ("eq5d_change", 0.17))
    }
    figures = Figures(contract.id, 2025, values, measured)
    return lambda: settle(contract, 2025, figures)


def measured(path: Path) -> dict[str, float]:
    """Seconds of each part, once."""
    found = {FLOOR: timed(lambda: floor(path))}
    made, rows = prepare(TERMS, path)
    names = made.mapped.contract.terms.values()
    found[READ] = timed(lambda: [made.plans.contract(name) for name in names])
    found[TERMS_READ] = timed(
        lambda: [made.plans.of(made.maker.terms(row), made.maker.year(row)) for row in rows]
    )
    with no_collections():
        found[REPLAY] = timed(lambda: [made.settle(row) for row in rows])
    found[STATEMENT] = timed(one_statement())
    return found


def timed(work: Callable[[], object]) -> float:
    """How long work takes. What it made is kept until the clock is read: letting go of it is no part of the work."""
    started = time.perf_counter()
    made = work()
    seconds = time.perf_counter() - started
    del made
    return seconds


def run(
    rows: Annotated[int, typer.Option(help="So many settlements.", min=1)] = 3_000,
    runs: Annotated[int, typer.Option(help="Rounds; the table shows medians.", min=1)] = 5,
    keep: Annotated[bool, typer.Option("--keep", help=f"Also write {PAGE.relative_to(CHECKOUT)}.")] = False,
) -> None:
    """Measure a replay and a statement."""
    console = Console(highlight=False)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "facts.csv"
        facts(path, rows)
        rounds = [measured(path) for _ in range(runs)]
    medians = {part: statistics.median(one[part] for one in rounds) for part in rounds[0]}
    cells = [
        (part, f"{seconds * 1000:,.1f}", f"{rows / seconds:,.0f}" if part in (FLOOR, REPLAY) else "")
        for part, seconds in medians.items()
    ]
    table = Table(box=None)
    for heading in ("part", "milliseconds", "settlements/s"):
        table.add_column(heading, justify="left" if heading == "part" else "right")
    for row in cells:
        table.add_row(*row)
    console.print(table)
    if keep:
        lines = [("part", "milliseconds", "settlements/s"), ("---", "---:", "---:"), *cells]
        text = TEXT.format(
            runs=runs,
            rows=rows,
            table="\n".join(f"| {' | '.join(line)} |" for line in lines),
            machine="\n".join(f"| {name} | {value} |" for name, value in machine().items()),
        )
        PAGE.write_text(text, encoding="utf-8")
        console.print(f"Kept in {PAGE.relative_to(CHECKOUT)}.")


if __name__ == "__main__":
    typer.run(run)
