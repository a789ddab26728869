"""Issue a statement: what was drafted and read becomes final, once and for ever.

    reports/issued/<contract>-<year>/<contract>-<year>-final.json, .html

The register of issued statements (`issued`) holds the digest of both files. Later data or terms give a
recomputation beside it (`recomputing`), never another past.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.code_version import code_version
from pipeline.database import writing
from pipeline.errors import IssuedStatementError, NoDataError
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pipeline.reporting.drafting import settle_closed
from pipeline.reporting.files import add_folder, alone_in
from pipeline.reporting.issued import IssuedStatement, IssuedStatements
from pipeline.reporting.reconciliation import statements_folder
from pipeline.reporting.statement import statement_files
from pipeline.settlement import Statement


@dataclass(frozen=True)
class Issue:
    """A statement that was issued, and the folder with its files."""

    statement: Statement
    folder: Path


def issued_folder(home: OcmoHome, contract_id: str, year: int) -> Path:
    """Where the issued statement of a contract year lies."""
    return home.reports / "issued" / f"{contract_id}-{year}"


def issue_statement(home: OcmoHome, contract_id: str, year: int, business_date: dt.date) -> Issue:
    """Issue the statement of a contract year, as it was drafted on the figures of a business date.

    Raises:
        IssuedStatementError: when the contract year was issued already.
        NoDataError: when there is no draft of that date, or the figures give another one now.
        ReconciliationError, FiguresError: see `settle_closed`.
    """
    folder, registry = issued_folder(home, contract_id, year), open_lake(home).catalogue.engine
    register = IssuedStatements(registry)
    with alone_in(folder.parent):
        _refuse_second(register.find(contract_id, year))
        draft = settle_closed(home, contract_id, year, business_date)
        _require_draft(draft, statements_folder(home, business_date))
        final = replace(draft, state="final")
        files = statement_files(final, code_version=code_version())
        row = _row(final, business_date, files)
        with writing(registry) as connection, connection.begin():
            register.add(row, connection)
            _place(folder, files)
    return Issue(final, folder)


def _refuse_second(earlier: IssuedStatement | None) -> None:
    if earlier is not None:
        raise IssuedStatementError(
            f"The statement of contract {earlier.contract} for {earlier.year} was issued already,"
            f" on the figures of {earlier.business_date}",
            where=f"issued/{earlier.contract}-{earlier.year}",
            remedy="What is issued stays. `ocmo settlement recompute` shows what later figures would give.",
        )


def _require_draft(statement: Statement, folder: Path) -> None:
    """See that people could read what is issued: a draft of the same bytes."""
    for name, content in statement_files(statement, code_version=code_version()).items():
        if not (folder / name).is_file():
            what = f"There is no draft of contract {statement.contract.id} for {statement.year}"
        elif (folder / name).read_bytes() != content:
            what = f"The draft of contract {statement.contract.id} for {statement.year} is not what these figures give"
        else:
            continue
        raise NoDataError(
            what,
            where=f"{folder.name}/{name}",
            remedy="Draft it with `ocmo settlement run`, have it read, then issue it.",
        )


def _row(statement: Statement, business_date: dt.date, files: Mapping[str, bytes]) -> IssuedStatement:
    digests = {Path(name).suffix: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    return IssuedStatement(
        contract=statement.contract.id,
        year=statement.year,
        business_date=business_date,
        payable_cents=statement.payable_cents,
        json_digest=digests[".json"],
        html_digest=digests[".html"],
        code_version=code_version(),
    )


def _place(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put the files there; those that a broken-off run has put there are left when they are the same.

    Raises:
        IssuedStatementError: when other files lie there, which the register does not know of.
    """
    if not folder.exists():
        add_folder(folder, files)
    elif {path.name: path.read_bytes() for path in folder.iterdir()} != dict(files):
        raise IssuedStatementError(
            "There are files of an issued statement that the register does not know",
            where=f"issued/{folder.name}",
            remedy="Find out where they come from (an older backup of the register?) before issuing.",
        )
