"""Write a statement: JSON for machines, one HTML page for people; what is issued never changes.

A draft may be replaced. A final statement is written once: the same bytes again are left alone, other
bytes are refused, because a later insight gives a correction statement and no other past.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import IssuedStatementError
from pipeline.reporting.document import document
from pipeline.reporting.notation import Notation
from pipeline.reporting.page import page
from pipeline.reporting.wording import headline, size
from pipeline.settlement import Statement


@dataclass(frozen=True)
class StatementPaths:
    """Where a statement was written."""

    json: Path
    html: Path


def to_json(statement: Statement, *, code_version: str) -> str:
    """The statement as JSON: keys sorted, equal statements give equal bytes."""
    content = document(statement, code_version)
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def to_html(statement: Statement, *, code_version: str, language: str | None = None) -> str:
    """The statement as one page; in the contract's language unless another is asked."""
    return page(statement, code_version, language or statement.contract.contract.language)


def plain_words(statement: Statement, *, language: str | None = None) -> str:
    """Who pays whom how much, and how large that is, in two or three sentences."""
    notation = Notation(language or statement.contract.contract.language)
    lead = headline(statement, notation)
    if statement.payable_cents == 0:
        return f"{lead}. {notation.words['reasons'][statement.reason]} {size(statement, notation)}"
    return f"{lead} {notation.money(abs(statement.payable_cents))}. {size(statement, notation)}"


def write_statement(statement: Statement, folder: Path, *, code_version: str) -> StatementPaths:
    """Write JSON and HTML into `folder` as `<contract>-<year>-<state>`; each file whole or not at all.

    Raises:
        IssuedStatementError: when a final statement of this year exists with other content. Nothing is
            written then.
    """
    name = f"{statement.contract.id}-{statement.year}-{statement.state}"
    paths = StatementPaths(folder / f"{name}.json", folder / f"{name}.html")
    contents = {
        paths.json: to_json(statement, code_version=code_version).encode(),
        paths.html: to_html(statement, code_version=code_version).encode(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    changed = {path: new for path, new in contents.items() if not path.exists() or path.read_bytes() != new}
    for path in changed:
        if statement.state == "final" and path.exists():
            raise IssuedStatementError(
                f"The statement of contract {statement.contract.id} for {statement.year} was issued already, "
                "and differs from this one",
                where=path.name,
                remedy="What is issued stays; make a correction statement of the difference.",
            )
    for path, content in changed.items():
        _write_whole(path, content)
    return paths


def _write_whole(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
