"""The command line: one module per role or theme; nothing is decided here.

Errors that a user may meet end as one message and an exit code of their own; any other exception is a
defect of ours and keeps its traceback.
"""

from __future__ import annotations

import sys

from pipeline.cli.app import app
from pipeline.cli.failures import failure


def main() -> None:
    """Run `ocmo` and leave with the exit code of what happened."""
    try:
        app()
    except Exception as error:
        told = failure(error)
        if told is None:
            raise
        sys.stderr.write(f"ocmo: {told.message}\n")
        sys.exit(told.exit_code)
