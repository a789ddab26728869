"""The three roles on one machine: each command is a process of its own, in its role's home.

Nothing is shared but the drop folders. A role's process gets its own home and nothing of the others'
environment.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import OcmoError
from pipeline.home import STATE_VARIABLE

KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "COLUMNS", "TERM")


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


def run_role(state: State, *arguments: str) -> str:
    """Run `ocmo ARGUMENTS` as a process of its own; what it printed.

    Raises:
        RoleFailedError: when it failed; the message is its own.
    """
    environment = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    environment[STATE_VARIABLE] = str(state.root)
    ended = subprocess.run(  # noqa: S603 - our own command line, no shell
        [sys.executable, "-m", "pipeline.cli", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    if ended.returncode:
        said = ended.stderr.strip().removeprefix("ocmo: ").splitlines()
        raise RoleFailedError(
            f"`ocmo {' '.join(arguments[:2])}` ended with exit code {ended.returncode}: "
            + (said[-1] if said else "it said nothing")
        )
    return ended.stdout
