"""What was issued, as it lies on disk: it is read only when it is what was issued, to the byte."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from pipeline.errors import ReconciliationError
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pipeline.reporting.issued import IssuedStatements
from pipeline.reporting.provisional import ProvisionalStatements
from pipeline.reporting.statement import statement_name
from pipeline.settlement.statement import State


def issued_folder(home: OcmoHome, contract_id: str, year: int, state: State = "final") -> Path:
    """Where the issued statement of a contract year lies; the provisional one has a folder of its own."""
    name = f"{contract_id}-{year}" if state == "final" else f"{contract_id}-{year}-{state}"
    return home.reports / "issued" / name


def issued_document(home: OcmoHome, contract_id: str, year: int) -> dict[str, Any] | None:
    """The issued statement's document, when there is one; a provisional one is not it.

    Raises:
        ReconciliationError: when its file is gone, or is not what was issued.
    """
    row = IssuedStatements(open_lake(home).catalogue.engine).find(contract_id, year)
    return None if row is None else _as_issued(home, contract_id, year, "final", row.json_digest)


def provisional_document(home: OcmoHome, contract_id: str, year: int) -> dict[str, Any] | None:
    """The document of the statement that was issued provisionally, when there is one. Raises as `issued_document`."""
    row = ProvisionalStatements(open_lake(home).catalogue.engine).find(contract_id, year)
    return None if row is None else _as_issued(home, contract_id, year, "provisional", row.json_digest)


def _as_issued(home: OcmoHome, contract_id: str, year: int, state: State, digest: str) -> dict[str, Any]:
    path = issued_folder(home, contract_id, year, state) / f"{statement_name(contract_id, year, state)}.json"
    content = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(content).hexdigest() != digest:
        raise ReconciliationError(
            f"The issued statement of contract {contract_id} for {year} is not what was issued",
            where=f"issued/{path.parent.name}/{path.name}",
            remedy="Put back what was issued, from a backup; its digest stands in the register.",
        )
    issued: dict[str, Any] = json.loads(content)
    return issued
