"""Every point at which a command makes something last: a rename, or a commit. A process dies there, once.

The command knows nothing of this: the calls are wrapped from outside. A point is known by the lines of our own
code that lead to the call, so code that is written later is found by itself. At each point the process dies
when everything is ready and nothing has happened yet; at a commit once more, when it has just happened. (What
a rename leaves is what the next point finds.) Which points are behind us stands in a file that outlives it.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.home import CHECKOUT

OURS = (str(CHECKOUT / "pipeline"), str(CHECKOUT / "pseudonymisation"))


@dataclass(frozen=True)
class DieOnce:
    """To be called in the process: from then on it dies at the first point that `behind` does not name."""

    behind: Path

    def __call__(self) -> None:
        from sqlalchemy.engine.default import DefaultDialect

        for name in ("rename", "replace"):
            setattr(os, name, self._deadly(getattr(os, name), dies_after=False))
        commit = self._deadly(DefaultDialect.do_commit, dies_after=True)
        DefaultDialect.do_commit = commit  # type: ignore[method-assign]

    def _deadly(self, call: Callable[..., Any], *, dies_after: bool) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **named: Any) -> Any:
            point = f"{call.__name__} at {_our_lines()}"
            self._die_once(f"before {point}")
            done = call(*arguments, **named)
            if dies_after:
                self._die_once(f"after {point}")
            return done

        return wrapped

    def _die_once(self, moment: str) -> None:
        known = self.behind.read_text().splitlines() if self.behind.exists() else []
        if moment not in known:
            with self.behind.open("a") as file:
                file.write(f"{moment}\n")
            os.kill(os.getpid(), signal.SIGKILL)


def _our_lines() -> str:
    """File and line of every call of our own that led here, the innermost first."""
    lines, frame = [], sys._getframe(2)
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(OURS):
            lines.append(f"{Path(file).relative_to(CHECKOUT)}:{frame.f_lineno}")
        frame = frame.f_back  # type: ignore[assignment]
    return " < ".join(lines)
