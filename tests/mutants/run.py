"""`make mutants`: make each rule wrong in turn, and see that a test notices.

Each mutation runs in a process of its own against a small selection of tests, of which the quick come first: cases
that a lawyer can read, then the second settlement, then the published settlements. The first test that fails kills
it. It ends with 1 when a mutation survives.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests.mutants.altered import NAME
from tests.mutants.mutations import MUTATIONS

CHECKOUT = Path(__file__).resolve().parents[2]
SELECTION = {
    "cases": [
        "tests/spec/test_settlement_rule_cases.py",
        "tests/spec/test_settlement_cases.py",
        "tests/unit/test_settlement_over_time.py",
    ],
    "second settlement": ["tests/property/test_settlement_properties.py", "-k", "second_settlement"],
    "published settlements": [
        "tests/spec/test_settlement_mssp.py",
        "-k",
        "gain_loss or nine_decimals or ends_of",
    ],
}
"""By kind of evidence, the tests that must notice; the quick first."""
FIRST_FAILURE = re.compile(r"^FAILED [^:\n]+::(\w+(?:\[.*\])?)", re.MULTILINE)
FAILED, PASSED = 1, 0
WIDE = "300"
"""As wide as pytest must think its terminal is, so that it names the case of a failing test in full."""


def killed_by(name: str, tests: list[str]) -> str:
    """The first test that fails with a mutation (none when the name is empty); empty when none does.

    Raises:
        RuntimeError: when the tests could not run.
    """
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "--tb=no",
        "-p",
        "no:cacheprovider",
        "-p",
        "tests.mutants.altered",
        *tests,
    ]
    environment = {**os.environ, NAME: name, "COLUMNS": WIDE}
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode == PASSED:
        return ""
    found = FIRST_FAILURE.search(done.stdout)
    if done.returncode != FAILED or found is None:
        raise RuntimeError(f"The tests could not run with '{name}':\n{done.stdout}{done.stderr}")
    return found.group(1)


def main() -> int:
    """Print what kills each mutation; 1 when one survives or a test fails without any."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--all", action="store_true", help="every kind of evidence for every mutation")
    everywhere = parser.parse_args().all
    console = Console(width=150)
    for kind, tests in SELECTION.items():
        failing = killed_by("", tests)
        if failing:
            console.print(f"{kind}: {failing} fails without any mutation. Mend that first.")
            return 1
    table = Table("mutation", "noticed by", "the first test that fails")
    survived = []
    for each in MUTATIONS:
        noticed = []
        for kind, tests in SELECTION.items():
            test = killed_by(each.name, tests)
            if test:
                noticed.append((kind, test))
                if not everywhere:
                    break
        if not noticed:
            survived.append(each.name)
        table.add_row(
            each.name,
            ", ".join(kind for kind, _ in noticed) or "NOBODY",
            escape(noticed[0][1]) if noticed else "",
        )
    console.print(table)
    console.print(f"{len(MUTATIONS) - len(survived)} of {len(MUTATIONS)} mutations were noticed.")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
