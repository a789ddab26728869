"""Issue a statement: what was drafted and read becomes final, once and for ever; or provisional, and final later.

    reports/issued/<contract>-<year>-provisional/<contract>-<year>-provisional.json, .html
    reports/issued/<contract>-<year>/<contract>-<year>-final.json, .html

A draft in which something is unknown is issued provisionally, at most once: the advance is paid. The final one sets off
what was paid. The registers (`provisional`, `issued`) hold the digest of both files. Later data or terms give a
recomputation beside it (`recomputing`) or a correction against it (`correction`), never another past.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.code_version import code_version
from pipeline.contract.standing import StandingVersions
from pipeline.database import writing
from pipeline.errors import IssuedStatementError, NoDataError
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pipeline.reporting.drafting import settle_closed, told_of_draft
from pipeline.reporting.files import add_folder, alone_in
from pipeline.reporting.issued import IssuedStatement, IssuedStatements
from pipeline.reporting.issued_files import issued_folder
from pipeline.reporting.provisional import ProvisionalStatement, ProvisionalStatements
from pipeline.reporting.reconciliation import statements_folder
from pipeline.reporting.statement import statement_files
from pipeline.settlement import Statement


@dataclass(frozen=True)
class Issue:
    """A statement that was issued, and the folder with its files."""

    statement: Statement
    folder: Path


def issue_statement(home: OcmoHome, contract_id: str, year: int, business_date: dt.date) -> Issue:
    """Issue the statement of a contract year, as it was drafted on the figures of a business date.

    Its state is `provisional` while something is unknown, and `final` otherwise. The figures that were told are those
    of the draft. From then on the contract's version stands too: a changed text is refused, an amendment is a version
    of its own.

    Raises:
        IssuedStatementError: when the contract year was issued already, or provisionally and is so still.
        NoDataError: when there is no draft of that date, or the figures give another one now.
        ReconciliationError, FiguresError: see `settle_closed`.
    """
    registry = open_lake(home).catalogue.engine
    register, provisional = IssuedStatements(registry), ProvisionalStatements(registry)
    with alone_in(home.reports / "issued"):
        _refuse_second(register.find(contract_id, year))
        told = told_of_draft(home, contract_id, year, business_date)
        draft = settle_closed(home, contract_id, year, business_date, told)
        _require_draft(draft, statements_folder(home, business_date))
        if draft.is_provisional:
            _refuse_second_provisional(provisional.find(contract_id, year), draft)
        made = replace(draft, state="provisional" if draft.is_provisional else "final")
        folder = issued_folder(home, contract_id, year, made.state)
        files = statement_files(made, code_version=code_version())
        with writing(registry) as connection, connection.begin():
            if draft.is_provisional:
                provisional.add(_provisional_row(made, business_date, files), connection)
            else:
                register.add(_row(made, business_date, files), connection)
            StandingVersions(registry).hold(made.contract, year, connection)
            _place(folder, files)
    return Issue(made, folder)


def _refuse_second(earlier: IssuedStatement | None) -> None:
    if earlier is not None:
        raise IssuedStatementError(
            f"The statement of contract {earlier.contract} for {earlier.year} was issued already,"
            f" on the figures of {earlier.business_date}",
            where=f"issued/{earlier.contract}-{earlier.year}",
            remedy="What is issued stays. `ocmo settlement recompute` shows what later figures would give.",
        )


def _refuse_second_provisional(earlier: ProvisionalStatement | None, draft: Statement) -> None:
    if earlier is not None:
        raise IssuedStatementError(
            f"The statement of contract {earlier.contract} for {earlier.year} was issued provisionally already, and"
            f" this is provisional too: not known yet is {', '.join(draft.unknown)}",
            where=f"issued/{earlier.contract}-{earlier.year}-provisional",
            remedy="When all is known, draft the final one with `ocmo settlement run --final` and issue that.",
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


def _digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """SHA-256 by the ending of a file's name."""
    return {Path(name).suffix: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def _provisional_row(
    statement: Statement, business_date: dt.date, files: Mapping[str, bytes]
) -> ProvisionalStatement:
    digests = _digests(files)
    return ProvisionalStatement(
        contract=statement.contract.id,
        year=statement.year,
        business_date=business_date,
        payable_cents=statement.payable_cents,
        paid_cents=statement.due_cents,
        json_digest=digests[".json"],
        html_digest=digests[".html"],
        code_version=code_version(),
    )


def _row(statement: Statement, business_date: dt.date, files: Mapping[str, bytes]) -> IssuedStatement:
    digests = _digests(files)
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
