"""`ocmo` in a process of its own without its start-up: forked from a server that has done the imports.

The night of a small region takes a second; starting Python and importing its libraries takes ten. Commands run
as a user gives them, in a process group of their own, so that a test may kill one at any point. The gate judges
equal tables once.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from pipeline.demo.roles import RoleFailedError, State
from pipeline.home import STATE_VARIABLE
from tests.e2e.judged_once import JudgedOnce

IMPORTED = (
    "pipeline.casemix",
    "pipeline.checks.deliveries",
    "pipeline.checks.expectations",
    "pipeline.cli",
    "pipeline.cli.supplier.sealing",
    "pipeline.indicators",
    "pipeline.linkage",
    "pipeline.reporting.drafting",
    "pseudonymisation.ttp_inbox",
)

_verdicts = tempfile.TemporaryDirectory(prefix="verdicts-")
_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload(list(IMPORTED))


@dataclass(frozen=True)
class Ended:
    """How a command ended: exit code (negative: the signal that killed it), what it printed and complained of."""

    exit_code: int | None
    said: str
    complained: str


class Command:
    """`ocmo ARGUMENTS` on a state, running; `before` is called in its process first, to spoil something."""

    def __init__(self, state: State, *arguments: str, before: Callable[[], None] | None = None) -> None:
        self._reader, writer = _server.Pipe(duplex=False)
        self.process = _server.Process(
            target=_run, args=(str(state.root), arguments, (JudgedOnce(Path(_verdicts.name)), before), writer)
        )
        self.process.start()
        writer.close()

    def wait(self) -> Ended:
        """Wait for its end."""
        said, complained = "", ""
        with contextlib.suppress(EOFError):
            said, complained = self._reader.recv()
        self.process.join()
        return Ended(self.process.exitcode, said, complained)


def ocmo(state: State, *arguments: str) -> str:
    """Run a command to its good end; what it printed.

    Raises:
        RoleFailedError: when it failed; the message is its own, as of `pipeline.demo.roles.run_role`.
    """
    ended = Command(state, *arguments).wait()
    if ended.exit_code:
        why = (ended.complained.strip().splitlines() or ["it said nothing"])[-1].removeprefix("ocmo: ")
        raise RoleFailedError(
            f"`ocmo {' '.join(arguments[:2])}` ended with exit code {ended.exit_code}: {why}"
        )
    return ended.said


def _run(
    root: str, arguments: tuple[str, ...], first: tuple[Callable[[], None] | None, ...], writer: Connection
) -> None:
    from pipeline.cli import main

    os.environ[STATE_VARIABLE] = root
    sys.argv = ["ocmo", *arguments]
    said, complained, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
        for call in filter(None, first):
            call()
        try:
            main()
        except SystemExit as ended:
            code = _code(ended.code)
        except Exception:  # noqa: BLE001 - the other side shows it
            complained.write(traceback.format_exc())
            code = 1
    writer.send((said.getvalue(), complained.getvalue()))
    writer.close()
    sys.exit(code)


def _code(code: Any) -> int:
    return code if isinstance(code, int) else int(bool(code))
