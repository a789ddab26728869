"""Recompute a contract year: new figures and a statement of them, beside what was issued, never over it.

    reports/recomputed/<contract>-<year>/<business date>-<digest>/<contract>-<year>-recomputed.json, .html
    reports/recomputed/<contract>-<year>/<business date>-<digest>/difference.json, .html

The same figures and the same reason land in the same folder, and nothing is written again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.casemix import build_casemix
from pipeline.code_version import code_version
from pipeline.completion import build_completion
from pipeline.contract.shelf import contract_of
from pipeline.errors import SettingsError
from pipeline.home import OcmoHome
from pipeline.indicators import build_indicators
from pipeline.linkage import persons_objected
from pipeline.reporting.difference_page import difference_page
from pipeline.reporting.document import difference, document, results
from pipeline.reporting.drafting import settle_closed, told_of_draft
from pipeline.reporting.files import add_folder, alone_in
from pipeline.reporting.issued_files import issued_document
from pipeline.reporting.statement import statement_files
from pipeline.reporting.told import by_people, is_computed, told_from
from pipeline.settlement import Statement
from pipeline.settlement.told import Told


@dataclass(frozen=True)
class Recomputed:
    """A recomputation: its statement, its folder, and by how many cents it differs from what was issued.

    `difference_cents` is None when nothing was issued; `is_new` is false when it was made before.
    """

    statement: Statement
    folder: Path
    difference_cents: int | None
    is_new: bool


def recompute(home: OcmoHome, contract_id: str, year: int, business_date: dt.date, reason: str) -> Recomputed:
    """Make the figures of a contract year anew on what was delivered up to a date, and a statement of them.

    Raises:
        SettingsError: when no reason is given.
        NoDataError: when nothing was delivered up to that date.
        ReconciliationError: when rows or cents do not close, or the issued files are not what was issued.
    """
    if not reason.strip():
        raise SettingsError("A recomputation needs a reason", remedy="Say why, in a sentence that lasts.")
    issued = issued_document(home, contract_id, year)
    told = by_people(told_from(issued)) if issued else told_of_draft(home, contract_id, year, business_date)
    anew = settled_anew(home, contract_id, year, business_date, told)
    statement = replace(anew, state="recomputed")
    compared = _compared(statement, issued, reason.strip())
    compared["persons_objected"] = persons_objected(home, contract_id)
    text = json.dumps(compared, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    root = home.reports / "recomputed" / f"{contract_id}-{year}"
    folder = root / f"{business_date}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    files = {
        **statement_files(statement, code_version=code_version()),
        "difference.json": text.encode(),
        "difference.html": difference_page(json.loads(text)).encode(),
    }
    with alone_in(root):
        is_new = not folder.exists()
        if is_new:
            add_folder(folder, files)
    return Recomputed(statement, folder, compared["difference_cents"], is_new)


def settled_anew(
    home: OcmoHome, contract_id: str, year: int, business_date: dt.date, told: Sequence[Told] = ()
) -> Statement:
    """The statement of a contract year on figures made anew, and those that were told; every row and cent closes.

    Raises:
        NoDataError, ReconciliationError, FiguresError, ContractValueError: see `recompute`.
    """
    if not told or is_computed(contract_of(home.contracts, contract_id, year), year):
        for build in (build_completion, build_casemix, build_indicators):
            build(home, contract_id, year, business_date)
    return settle_closed(home, contract_id, year, business_date, told)


def _compared(statement: Statement, issued: dict[str, Any] | None, reason: str) -> dict[str, Any]:
    """What differs, line by line; all lines are there, also those that are the same."""
    made = document(statement, code_version())
    return {
        "document": "recomputation",
        "reason": reason,
        "contract": made["contract"],
        "year": made["year"],
        "business_date": made["business_date"],
        "issued": None
        if issued is None
        else {name: issued[name] for name in ("business_date", "payable_cents", "code_version")},
        "payable_cents": made["payable_cents"],
        "difference_cents": None if issued is None else made["payable_cents"] - issued["payable_cents"],
        "lines": list(_lines(made, issued)) if issued else [],
        "sources": made["sources"],
        "code_version": made["code_version"],
    }


def _lines(made: Mapping[str, Any], issued: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Each rule of either statement: what it gave then and now, and the difference where both are numbers."""
    then, now = results(issued), results(made)
    for key in [*now, *(key for key in then if key not in now)]:
        before, after = then.get(key), now.get(key)
        unit = (after or before or {})["unit"]
        gave, gives = (result and result["value"] for result in (before, after))
        yield {
            "rule": key[0],
            "subject": key[1],
            "unit": unit,
            "issued": gave,
            "recomputed": gives,
            "difference": None if unit == "outcome" else difference(gave, gives),
        }
