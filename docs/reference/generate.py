"""Make the reference pages from the code, the schemas and the checks, so that they cannot be wrong.

The contract language is also published as JSON Schema, for editors.

python -m docs.reference.generate            write every page
python -m docs.reference.generate --check    change nothing; fail when a page is stale
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from docs.reference import (
    canonical_tables,
    checks,
    commands,
    contract_language,
    exit_codes,
    rules,
    settings,
    sql_tables,
    standards,
)

REFERENCE = Path(__file__).parent

PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands.page,
    "settings.md": settings.page,
    "exit-codes.md": exit_codes.page,
    "contract-language.md": contract_language.page,
    "rules.md": rules.page,
    "contract.schema.json": contract_language.schema,
    "reference-contract.schema.json": contract_language.reference_schema,
    "canonical-tables.md": canonical_tables.page,
    "standards.md": standards.page,
    "checks.md": checks.page,
    "sql-tables.md": sql_tables.page,
}
"""What makes each page, by its file name."""


def stale(folder: Path = REFERENCE) -> list[str]:
    """The pages in `folder` that are not what the code would make, by file name."""
    return [name for name, page in PAGES.items() if _read(folder / name) != page()]


def write(folder: Path = REFERENCE) -> list[str]:
    """Write the pages that are stale, and only those; their file names."""
    changed = stale(folder)
    for name in changed:
        (folder / name).write_text(PAGES[name](), encoding="utf-8")
    return changed


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def main(arguments: list[str]) -> int:
    """Write or check; the exit code."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("Usage: python -m docs.reference.generate [--check]\n")
        return 2
    checking = bool(arguments)
    changed = stale() if checking else write()
    for name in changed:
        sys.stdout.write(f"{'stale' if checking else 'written'}: docs/reference/{name}\n")
    if not changed:
        sys.stdout.write("Every reference page is up to date.\n")
    elif checking:
        sys.stderr.write("Run `make docs` and commit the pages.\n")
    return 1 if checking and changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
