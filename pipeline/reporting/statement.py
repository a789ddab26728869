"""A statement's two files: JSON for machines, one HTML page for people; and how a draft is written.

A draft may be replaced. How a statement is issued, after which it never changes, is in `issuing`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from pipeline.reporting.document import document
from pipeline.reporting.files import write_whole
from pipeline.reporting.notation import Notation
from pipeline.reporting.page import page
from pipeline.reporting.wording import headline, size
from pipeline.settlement import Statement
from pipeline.settlement.statement import State


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
    if statement.due_cents == 0:
        told = f"{lead}. {notation.words['reasons'][statement.reason]} {size(statement, notation)}"
    else:
        told = f"{lead} {notation.money(abs(statement.due_cents))}. {size(statement, notation)}"
    if not statement.is_provisional:
        return told
    provisional = notation.words["notes"]["quality_unknown"]
    return f"{told} {provisional.format(about=', '.join(statement.unknown))}"


def statement_files(statement: Statement, *, code_version: str) -> dict[str, bytes]:
    """JSON and HTML by file name: `<contract>-<year>-<state>.json` and `.html`."""
    name = statement_name(statement.contract.id, statement.year, statement.state)
    return {
        f"{name}.json": to_json(statement, code_version=code_version).encode(),
        f"{name}.html": to_html(statement, code_version=code_version).encode(),
    }


def statement_name(contract_id: str, year: int, state: State) -> str:
    """What a statement's files are called, without their endings."""
    return f"{contract_id}-{year}-{state}"


def write_draft(statement: Statement, folder: Path, *, code_version: str) -> StatementPaths:
    """Write a draft's JSON and HTML into `folder`, in the place of an earlier draft; each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in statement_files(statement, code_version=code_version).items():
        if not (folder / name).exists() or (folder / name).read_bytes() != content:
            write_whole(folder / name, content)
    name = statement_name(statement.contract.id, statement.year, statement.state)
    return StatementPaths(folder / f"{name}.json", folder / f"{name}.html")
