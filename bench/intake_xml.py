"""`python -m bench.intake_xml`: reading a GDS801 message, against a bare streaming parse of the same file.

The bare parse is the same parser (expat, with namespaces) going through every element and throwing it away, its
handlers empty; beside it stands the standard library's `iterparse`, which makes every element and clears it. Each
stage runs in a process of its own, the stages of a round one after the other; what is shown are medians.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bench.intake_stages import require_whole
from bench.measure import MARK_UNIT, MeasuringError
from pipeline.home import CHECKOUT

Work = Callable[[], None]
CHUNK_BYTES = 65_536
INSURED = 20_000


def make_message(path: Path, performances: int) -> int:
    """Write a message of at least so many performances, tiled of one practice's; how many there are.

    Each tile has references of its own. The closing total grows with the tiles.
    """
    from pipeline.demo.claims.standards import find
    from pipeline.demo.messages import write_standard

    with tempfile.TemporaryDirectory() as folder:
        files = list(write_standard(Path(folder), find("GDS801")[1], insured=INSURED, seed=1))
        largest = max(files, key=lambda file: file.rows)
        text = (Path(folder) / largest.supplier / largest.path).read_text(encoding="utf-8")
    tiles = -(-performances // largest.rows)
    begin, end = text.index("  <gds:Verzekerde>"), text.index("</gds:Bericht>")
    head, body, tail = text[:begin], text[begin:end], text[end:]
    said, total = (
        f"<gds:Bedrag>{cents // 100}.{cents % 100:02d}<" for cents in (largest.cents, tiles * largest.cents)
    )
    with path.open("w", encoding="utf-8") as file:
        file.write(head.replace(said, total))
        for tile in range(tiles):
            file.write(body.replace("<gds:Referentienummer>", f"<gds:Referentienummer>{tile}T"))
        file.write(tail)
    return tiles * largest.rows


def load_bare(path: Path) -> Work:
    """Every element, and nothing done with it."""
    from xml.parsers import expat

    def start(_: str, __: dict[str, str]) -> None:
        pass

    def one(_: str) -> None:
        pass

    def work() -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, one, one
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)

    return work


def load_iterparse(path: Path) -> Work:
    """Every element made, and cleared."""
    from xml.etree import ElementTree

    def work() -> None:
        for _, element in ElementTree.iterparse(path):  # noqa: S314 - a file of our own
            element.clear()

    return work


def load_read(path: Path) -> Work:
    """Read and validated: canonical rows and findings, block by block."""
    from pipeline.intake import gds
    from pipeline.intake.files.source_file import SourceFile

    def work() -> None:
        for _ in gds.read(SourceFile.at(path, workspace=path.parent)):
            pass

    return work


def load_check(path: Path) -> Work:
    """All that `ocmo supplier check` does: read, judged, written as Parquet, the rules between records."""
    from pipeline.cli.supplier.judging import judge_bsn
    from pipeline.intake.check import check_file

    def work() -> None:
        checked = check_file(path, judge_bsn=judge_bsn(allow_test_numbers=True))
        require_whole(sum(account.rows_rejected for account in checked.accounts.values()))

    return work


BARE = "bare parse"
STAGES: dict[str, Callable[[Path], Work]] = {
    BARE: load_bare,
    "iterparse": load_iterparse,
    "read": load_read,
    "check as a delivery": load_check,
}


def run(
    performances: Annotated[int, typer.Option(help="At least so many performances.", min=1_000)] = 200_000,
    runs: Annotated[int, typer.Option(help="Rounds; the table shows medians.", min=1)] = 3,
) -> None:
    """Measure the reading of one message, and the bare parse beside it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "message.xml"
        count, size = _in_process("make", str(path), str(performances))["performances"], path.stat().st_size
        rounds = [{name: _in_process(name, str(path)) for name in STAGES} for _ in range(runs)]
    table = Table("stage", "seconds", "performances/s", "peak MB", "x bare")
    seconds = {name: median(one[name]["seconds"] for one in rounds) for name in STAGES}
    for name, taken in seconds.items():
        peak = max(one[name]["peak_bytes"] for one in rounds)
        table.add_row(
            name,
            f"{taken:.2f}",
            f"{count / taken:,.0f}",
            f"{peak / 1e6:,.0f}",
            f"{taken / seconds[BARE]:.2f}",
        )
    Console(highlight=False).print(f"GDS801, {count:,} performances, {size / 1e6:,.0f} MB", table, sep="\n")


def _in_process(*what: str) -> dict[str, Any]:
    """Do it in a process of its own: a parent's peak memory is handed down to those that are measured."""
    ended = subprocess.run(
        [sys.executable, "-m", "bench.intake_xml", *what],
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
        check=False,
    )
    if ended.returncode:
        raise MeasuringError(
            f"Stage '{what[0]}' ended with exit code {ended.returncode}", remedy=ended.stderr
        )
    report: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return report


def _stage(name: str, path: Path) -> dict[str, Any]:
    """Be the process of one stage; its imports come before the clock."""
    work = STAGES[name](path)
    started = time.perf_counter()
    work()
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MARK_UNIT}


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["make", path, performances]:
            print(json.dumps({"performances": make_message(Path(path), int(performances))}))
        case [name, path] if name in STAGES:
            print(json.dumps(_stage(name, Path(path))))
        case _:
            typer.run(run)
