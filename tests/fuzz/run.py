"""`python -m tests.fuzz.run --seconds N` (`make fuzz`): every reader for N seconds, each in a process of its own.

A target is a module of this package with a `main` that takes `--seconds`. It ends with code 0 when nothing was found;
its process may hold `MEMORY_BYTES`, and is stopped when it does not come to an end.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[1]
MEMORY_BYTES = 16_000_000_000
"""Address space, of which the engines' threads reserve much and use little; what is used, the targets limit."""
GRACE_SECONDS = 120
LAST_LINES = 40


def targets() -> list[str]:
    """The names of all targets, in alphabetical order."""
    return sorted(path.stem for path in HERE.glob("*.py") if path.stem not in ("__init__", "run"))


def fuzz(target: str, seconds: int) -> tuple[int, str]:
    """Run one target: its exit code, and the end of what it said.

    A target ends without clearing up, so that its temporary files lie in a folder that is removed here.
    """
    with tempfile.TemporaryDirectory() as scratch:
        return _run(target, seconds, {**os.environ, "TMPDIR": scratch})


def _run(target: str, seconds: int, environment: Mapping[str, str]) -> tuple[int, str]:
    command = [sys.executable, "-m", f"tests.fuzz.{target}", "--seconds", str(seconds)]
    try:
        ended = subprocess.run(
            command,
            cwd=CHECKOUT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            timeout=seconds + GRACE_SECONDS,
            preexec_fn=_limit_memory,
        )
    except subprocess.TimeoutExpired:
        return 1, f"{target} did not come to an end"
    return ended.returncode, "\n".join(ended.stdout.splitlines()[-LAST_LINES:])


def main() -> None:
    """Run the targets; the exit code is the number of those that failed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=int, default=30)
    options.add_argument("targets", nargs="*", help="default: all")
    asked = options.parse_args()
    failed = 0
    for target in asked.targets or targets():
        code, said = fuzz(target, asked.seconds)
        done = next((line for line in reversed(said.splitlines()) if line.startswith("Done ")), "")
        print(f"{target}: {'clean' if code == 0 else f'FAILED ({code})'} {done}".rstrip(), flush=True)
        if code:
            print(said)
            failed += 1
    sys.exit(failed)


def _limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


if __name__ == "__main__":
    main()
