"""Run the example and print what the OCMO sees in the end."""

from __future__ import annotations

import sys
from pathlib import Path

from pseudonymisation.errors import PseudonymisationError
from pseudonymisation.example.roles import HOSPITAL, INSURER, joined, run, shortened


def main(arguments: list[str]) -> int:
    """Run every role in a new folder; the exit code."""
    if len(arguments) > 1:
        sys.stderr.write("Usage: python -m pseudonymisation.example [FOLDER]\n")
        return 2
    folder = Path(arguments[0] if arguments else "pseudonymisation-example")
    if folder.exists():
        sys.stderr.write(f"{folder} is there already: remove it, or name a new folder.\n")
        return 2
    try:
        opened = run(folder)
    except PseudonymisationError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    seen = joined(opened[INSURER], opened[HOSPITAL])
    sys.stdout.write(f"{opened[INSURER].label}\n\n{shortened(seen)}\n\n")
    both = seen.drop_nulls(["cents", "operation"]).height
    sys.stdout.write(
        f"{seen.height} persons, {both} of them known to both; keys and drop folders: {folder}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
