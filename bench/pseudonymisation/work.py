"""One process of the bench: `python -m bench.pseudonymisation.work STAGE FOLDER`, or `make FOLDER PERSONS ROWS`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from bench.measure import report_work
from bench.pseudonymisation import floors, protocol, stages, today, world
from bench.stages import Work

MAKE = "make"
LOADERS: dict[str, Callable[[Path], Work]] = {
    stages.SEAL.name: protocol.load_seal,
    stages.MAP.name: protocol.load_map,
    stages.OPEN.name: protocol.load_open,
    stages.BARE_SEAL.name: floors.load_bare_seal,
    stages.BARE_MAP.name: floors.load_bare_map,
    stages.BARE_OPEN.name: floors.load_bare_open,
    stages.ROW_LOOP.name: today.load_rows,
    stages.SERVICE.name: today.load_service,
}


def main() -> None:
    """Make the world, or do one stage on it and print its report as a line of JSON."""
    name, folder, *sizes = sys.argv[1:]
    if name == MAKE:
        persons, rows = map(int, sizes)
        world.make(Path(folder), persons, rows)
    else:
        report_work(lambda: LOADERS[name](Path(folder)))


if __name__ == "__main__":
    main()
