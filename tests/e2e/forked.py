"""`ocmo` in a process of its own without its start-up: forked from a server that has done the imports.

The night of a small region takes a second; starting Python and importing its libraries takes ten. Commands run
as a user gives them, in a process group of their own, so that a test may kill one at any point.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from pipeline.demo.roles import State
from pipeline.home import STATE_VARIABLE

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

_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload(list(IMPORTED))


@dataclass(frozen=True)
class Ended:
    """How a command ended: exit code (negative: the signal that killed it) and what it printed."""

    exit_code: int | None
    said: str


class Command:
    """`ocmo ARGUMENTS` on a state, running; `before` is called in its process first, to spoil something."""

    def __init__(self, state: State, *arguments: str, before: Callable[[], None] | None = None) -> None:
        self._reader, writer = _server.Pipe(duplex=False)
        self.process = _server.Process(target=_run, args=(str(state.root), arguments, before, writer))
        self.process.start()
        writer.close()

    def wait(self) -> Ended:
        """Wait for its end."""
        said = ""
        with contextlib.suppress(EOFError):
            said = self._reader.recv()
        self.process.join()
        return Ended(self.process.exitcode, said)


def ocmo(state: State, *arguments: str) -> str:
    """Run a command to its good end; what it printed."""
    ended = Command(state, *arguments).wait()
    assert ended.exit_code == 0, f"ocmo {' '.join(arguments)}: {ended}"
    return ended.said


def _run(
    root: str, arguments: tuple[str, ...], before: Callable[[], None] | None, writer: Connection
) -> None:
    from pipeline.cli import main

    os.environ[STATE_VARIABLE] = root
    sys.argv = ["ocmo", *arguments]
    said, code = io.StringIO(), 0
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        if before is not None:
            before()
        try:
            main()
        except SystemExit as ended:
            code = _code(ended.code)
        except Exception:  # noqa: BLE001 - the other side shows it
            said.write(traceback.format_exc())
            code = 1
    writer.send(said.getvalue())
    writer.close()
    sys.exit(code)


def _code(code: Any) -> int:
    return code if isinstance(code, int) else int(bool(code))
