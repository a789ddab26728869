"""Run a night that kills its own process group at one publish: `python -m tests.e2e.kill_at_publish before 1`.

The night itself knows nothing of this: the catalogue's publish is wrapped from outside. `before` kills when
the files are written and nothing is published; `after` when the transaction has just been committed.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from pipeline.cli import main
from pipeline.lake.catalogue import Catalogue
from tests.e2e.state import DATE


def kill_at(moment: str, number: int) -> None:
    """Let the process group die at the publish of this number, from 1."""
    publish, count = Catalogue.publish, 0

    def publish_or_die(*arguments: Any, **named: Any) -> Any:
        nonlocal count
        count += 1
        if moment == "before" and count == number:
            os.killpg(0, signal.SIGKILL)
        published = publish(*arguments, **named)
        if moment == "after" and count == number:
            os.killpg(0, signal.SIGKILL)
        return published

    Catalogue.publish = publish_or_die  # type: ignore[method-assign]


if __name__ == "__main__":
    kill_at(sys.argv[1], int(sys.argv[2]))
    sys.argv = ["ocmo", "night", "run", "--date", DATE]
    main()
