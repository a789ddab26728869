"""Make and issue the interim report of a contract and quarter."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pipeline.code_version import code_version
from pipeline.contract.shelf import versions_of
from pipeline.home import OcmoHome
from pipeline.periods import first_day
from pipeline.reporting.files import alone_in
from pipeline.reporting.interim.changes import changes
from pipeline.reporting.interim.document import content, document
from pipeline.reporting.interim.gather import gather
from pipeline.reporting.interim.page import page
from pipeline.reporting.interim.quarter import Quarter
from pipeline.reporting.interim.store import Issued, IssuedReports


def interim_report(
    home: OcmoHome, contract_id: str, quarter: Quarter, up_to: dt.date | None = None
) -> Issued:
    """The interim report of a quarter, on the latest night up to a day (default: the 15th of the month after).

    It is issued once, into `reports/interim/<contract>/<quarter>/`. When it would now say something else, a
    correction is issued beside it, with what changed; when it would say the same, nothing is written, also
    when tables or program are others. Corrections are about the same contract years, also when one of them was
    issued since.

    Raises:
        ContractError: when there is no such contract.
        FiguresError: when it would tell of fewer persons than the contract allows.
        NoDataError: when there are deliveries, and no night has made figures of them with this release.
    """
    versions = versions_of(home.contracts, contract_id)
    contract = versions.on(first_day(quarter.year))
    root = home.reports / "interim" / contract_id
    with alone_in(root):
        store = IssuedReports(root, contract_id)
        last = store.latest(quarter)
        said_issued = {item["year"] for item in last.document["issued"]} if last else None
        gathered = gather(home, versions, quarter.year, up_to or quarter.reported_on, said_issued)
        made = document(contract, quarter, gathered, code_version())
        if last is not None and content(last.document) == content(made):
            return last
        number = last.correction + 1 if last else 0
        made["correction"] = {"number": number, **_compared(last, made)} if last else None
        earlier = store.before(quarter)
        made["since"] = _compared(earlier, made) if earlier else None
        return store.issue(quarter, number, made, page)


def _compared(before: Issued, after: dict[str, Any]) -> dict[str, Any]:
    """What changed since an issued report, and which that is."""
    return {
        "quarter": before.document["quarter"],
        "business_date": before.document["business_date"],
        "changes": changes(before.document, after),
    }
