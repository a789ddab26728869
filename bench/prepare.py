"""What every round starts from: a region and the roles' keys, made once per size and copied for each round.

<state>/bench/insured-<n>/prepared/    kept, and found again by a later run of the same size
<state>/bench/insured-<n>/round/       a copy, in which one round works; removed after it

`<state>` is `OCMO_HOME`, or `var`.
"""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bench.measure import told_of
from pipeline.demo.roles import State
from pipeline.demo.summary import RegionSummary, read_summary
from pipeline.errors import SettingsError
from pipeline.home import CHECKOUT

SEED = 1
LINES_PER_INSURED = 39
"""Somewhat under what a region has over its four years, 39.9."""
WIDER = 1.05
"""A region that turned out to have too few lines is made again with so many times the insured."""


def prepare(folder: Path, lines: int) -> tuple[State, RegionSummary]:
    """A prepared state under `folder` with at least `lines` claim lines, and its region.

    Raises:
        SettingsError: when it could not be made; the maker has said why.
    """
    insured = math.ceil(lines / LINES_PER_INSURED)
    while True:
        state = State(folder / f"insured-{insured}" / "prepared")
        region = _made(state, insured)
        if claim_lines(region) >= lines:
            return state, region
        insured = math.ceil(insured * WIDER)


def claim_lines(region: RegionSummary) -> int:
    """Claim lines that the region's suppliers have on disk."""
    return region.totals()["claim_line"][0]


def fresh_copy(prepared: State) -> State:
    """A new state as `prepared` is, beside it; that of an earlier round is removed.

    The region's own files are only read, so they are linked instead of copied.
    """
    copy = State(prepared.root.with_name("round"))
    remove(copy)
    shutil.copytree(prepared.root, copy.root, copy_function=_link_or_copy)
    return copy


def remove(state: State) -> None:
    """Remove a round's state, if it is there."""
    if state.root.exists():
        shutil.rmtree(state.root)


def deliver_more(state: State, lines: int) -> None:
    """Make, seal and map the second night's delivery; in a process of its own, to keep this one small.

    Raises:
        SettingsError: when it could not be made; the maker has said why.
    """
    ended = subprocess.run(
        [sys.executable, "-m", "bench.second_night", str(state.root), str(lines)], cwd=CHECKOUT, check=False
    )
    if ended.returncode:
        raise SettingsError("The second night's delivery could not be made", where=str(state.root))


def _link_or_copy(source: str, target: str) -> None:
    if Path(source).parent.name == "files":
        os.link(source, target)
    else:
        shutil.copy2(source, target)


def _made(state: State, insured: int) -> RegionSummary:
    """Make what is not there yet; in a process of its own, to keep this one small (see `measure`)."""
    ended = subprocess.run(
        [sys.executable, "-m", "bench.prepare", str(state.root), str(insured)], cwd=CHECKOUT, check=False
    )
    region = read_summary(state.suppliers)
    if ended.returncode or region is None:
        raise SettingsError(
            "The region or the roles' keys could not be made",
            where=str(state.root),
            remedy="The message above says why; remove the folder to begin anew.",
        )
    return region


def main() -> None:
    """Be that process: `python -m bench.prepare STATE INSURED`."""
    try:
        make(State(Path(sys.argv[1])), int(sys.argv[2]))
    except Exception as error:  # noqa: BLE001 - whatever it is, its text may quote what a field held
        sys.exit(f"bench: {told_of(error)}")


def make(state: State, insured: int) -> None:
    """Make keys, region and the plan of deliveries, as far as they are not there; shows how far it is."""
    from rich.progress import Progress

    from pipeline.demo.homes import set_up_roles
    from pipeline.demo.region import write_region
    from pipeline.demo.supplier_plans import plan_deliveries

    state.root.mkdir(parents=True, exist_ok=True)
    with Progress(transient=True) as progress:
        task = progress.add_task("Making keys", total=None)
        set_up_roles(state)
        progress.update(task, description=f"Making a region of {insured:,} insured")
        region = write_region(
            state.suppliers,
            insured=insured,
            seed=SEED,
            progress=lambda _, number, total: progress.update(task, completed=number, total=total),
        )
        plan_deliveries(state, region)


if __name__ == "__main__":
    main()
