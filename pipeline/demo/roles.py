"""The three roles on one machine: each command is a process of its own, in its role's home.

Nothing is shared but the drop folders. A role's process gets its own home and nothing of the others'
environment.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pipeline.errors import OcmoError
from pipeline.home import STATE_VARIABLE
from pipeline.scheduling import KEPT_VARIABLES

AT_A_TIME = 2
"""So many roles work at the same time: the demonstration is for a machine of two cores."""

T = TypeVar("T")


class RoleFailedError(OcmoError):
    """A role's own process failed; it has said why."""

    exit_code = 71


@dataclass(frozen=True)
class State:
    """Where each role's home lies under one state folder, and the drop folders between them."""

    root: Path

    @property
    def suppliers(self) -> Path:
        """The suppliers' homes, one folder each."""
        return self.root / "suppliers"

    @property
    def ttp(self) -> Path:
        """The TTP's home."""
        return self.root / "ttp"

    @property
    def ocmo(self) -> Path:
        """The OCMO's home."""
        return self.root / "ocmo"

    @property
    def drop(self) -> Path:
        """The drop folders: `ttp/`, `ocmo/`, and `identities/` for public keys."""
        return self.root / "drop"

    def home(self, role: str, name: str) -> Path:
        """The home of a role."""
        return {"ttp": self.ttp, "ocmo": self.ocmo}.get(role, self.suppliers / name)


@dataclass(frozen=True)
class Ended:
    """How a role's process ended: what it said, and what it complained of, line by line."""

    exit_code: int
    said: str
    complaints: tuple[str, ...]

    @property
    def why(self) -> str:
        """The last complaint: why it failed."""
        return self.complaints[-1] if self.complaints else "it said nothing"


def run_role(state: State, *arguments: str) -> str:
    """Run `ocmo ARGUMENTS` as a process of its own; what it printed.

    Raises:
        RoleFailedError: when it failed; the message is its own.
    """
    ended = try_role(state, *arguments)
    if ended.exit_code:
        raise RoleFailedError(
            f"`ocmo {' '.join(arguments[:2])}` ended with exit code {ended.exit_code}: " + ended.why
        )
    return ended.said


def try_role(state: State, *arguments: str) -> Ended:
    """Run `ocmo ARGUMENTS` as a process of its own, for whom its failure is no end of the matter."""
    environment = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    environment[STATE_VARIABLE] = str(state.root)
    ended = subprocess.run(  # noqa: S603 - our own command line, no shell
        [sys.executable, "-m", "pipeline.cli", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    complaints = (line.removeprefix("ocmo: ") for line in ended.stderr.strip().splitlines())
    return Ended(ended.returncode, ended.stdout, tuple(complaints))


def side_by_side(calls: Iterable[Callable[[], T]]) -> list[T]:
    """Make calls that wait for processes of their own, `AT_A_TIME` at a time; what they gave, in order."""
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        return list(pool.map(lambda call: call(), calls))
