"""What stands of a contract year: the issued statement, or the statement after the last issued correction."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.contract import Contract
from pipeline.contract.shelf import versions_of
from pipeline.errors import ContractValueError, NoDataError, ReconciliationError
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pipeline.reporting.correction.register import IssuedCorrections
from pipeline.reporting.issued_files import issued_document, provisional_document
from pipeline.reporting.reconciliation import statements_folder
from pipeline.reporting.statement import statement_name
from pipeline.settlement.statement import State

CORRECTED: State = "corrected"
"""The state of a statement that a correction leads to, and part of its files' names."""


@dataclass(frozen=True)
class Standing:
    """The statement that stands, as its document; `number` of the correction that made it, 0 for the first.

    `stated` are the facts that it rests on beside what was measured, as `--figure` gave them.
    """

    document: dict[str, Any]
    number: int
    stated: dict[str, str]

    def contract(self, home: OcmoHome) -> Contract:
        """The very version of the contract that it was settled on.

        Raises:
            ContractValueError: when that version is gone, or says something else now.
        """
        cited = self.document["contract"]
        version = versions_of(home.contracts, cited["id"]).number(cited["version"])
        if version.digest != cited["digest"]:
            raise ContractValueError(
                f"Version {cited['version']} of contract '{cited['id']}' is not what the statement of"
                f" {self.document['year']} was settled on",
                where=version.source,
                remedy="Put the old text back; what changed goes into a version of its own.",
            )
        return version


def corrections_folder(home: OcmoHome, contract_id: str, year: int) -> Path:
    """Where the corrections of a contract year lie."""
    return home.reports / "corrections" / f"{contract_id}-{year}"


def standing_statement(home: OcmoHome, contract_id: str, year: int) -> Standing:
    """What stands of a contract year now.

    Raises:
        ContractError: when there is no such contract.
        ContractValueError: when the year is outside its term.
        NoDataError: when nothing was issued.
        ReconciliationError: when its files are gone, or are not what was issued.
    """
    corrections = IssuedCorrections(open_lake(home).catalogue.engine).of(contract_id, year)
    if not corrections:
        issued = issued_document(home, contract_id, year)
        if issued is None:
            raise _nothing_stands(home, contract_id, year)
        return Standing(issued, 0, {})
    last = corrections[-1]
    folder = corrections_folder(home, contract_id, year) / f"{last.number:02d}"
    read = {name: _as_issued(folder / name, digest) for name, digest in sorted(last.digests.items())}
    statement = json.loads(read[f"{contract_id}-{year}-{CORRECTED}.json"])
    own = next(name for name in read if name.endswith(f"-{last.number:02d}.json"))
    correction = json.loads(read[own])
    return Standing(statement, last.number, correction["stated"])


def _nothing_stands(home: OcmoHome, contract_id: str, year: int) -> NoDataError:
    if provisional_document(home, contract_id, year) is not None:
        return NoDataError(
            f"The statement of contract {contract_id} for {year} was issued provisionally, and what is provisional is"
            " not corrected",
            remedy="Settle the year finally with `ocmo settlement run --final`: what was paid is set off.",
        )
    versions_of(home.contracts, contract_id).settling(year)  # a wrong id or year is told as that
    return NoDataError(
        f"No statement of contract {contract_id} for {year} was issued, so there is nothing to correct or explain",
        remedy="Draft it with `ocmo settlement run`, have it read, and issue it with `ocmo settlement issue`."
        " A draft is explained with `--date`.",
    )


def drafted_statement(home: OcmoHome, contract_id: str, year: int, business_date: dt.date) -> dict[str, Any]:
    """The document of the draft on the figures of a business date.

    Raises:
        NoDataError: when there is none.
    """
    path = statements_folder(home, business_date) / f"{statement_name(contract_id, year, 'draft')}.json"
    if not path.is_file():
        versions_of(home.contracts, contract_id).settling(year)  # a wrong id or year is told as that
        raise NoDataError(
            f"There is no draft of contract {contract_id} for {year}",
            where=f"{path.parent.name}/{path.name}",
            remedy="Draft it with `ocmo settlement run`.",
        )
    draft: dict[str, Any] = json.loads(path.read_bytes())
    return draft


def _as_issued(path: Path, digest: str) -> bytes:
    content = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(content).hexdigest() != digest:
        raise ReconciliationError(
            "An issued correction is not what was issued",
            where=f"corrections/{path.parent.parent.name}/{path.parent.name}/{path.name}",
            remedy="Put back what was issued, from a backup; its digest stands in the register.",
        )
    return content
