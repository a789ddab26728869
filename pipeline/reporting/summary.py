"""The state of affairs on a business date: what came, how much of it counts, and where each contract stands."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.deliveries import Delivery, Register
from pipeline.deliveries.due import settlements_due
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pipeline.linkage import link_rate
from pipeline.reporting.drafting import settle_on
from pipeline.reporting.statement import plain_words
from pipeline.settlement import Statement


@dataclass(frozen=True)
class ContractState:
    """Where one contract year stands.

    `linked_share` is the share of the hospitals' operations whose patient is in the insurer's register, by
    pseudonym; None when there are none, or no register.
    """

    contract: str
    year: int
    insured_years: float
    actual_cents_per_insured_year: float
    target_cents_per_insured_year: float
    quality_score: float
    payable_cents: int
    linked_share: float | None
    in_words: str
    closes: bool


@dataclass(frozen=True)
class Summary:
    """Counts by outcome and contract states on a business date.

    `deliveries` counts arrivals by outcome. `rows` and `cents` are what suppliers delivered: `accepted` by
    supplier and gate, `rejected` by the supplier before sealing, `stopped` by the gate.
    """

    business_date: dt.date
    deliveries: dict[str, int]
    rows: dict[str, int]
    cents: dict[str, int]
    contracts: tuple[ContractState, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {**asdict(self), "business_date": self.business_date.isoformat()}


def summarise(home: OcmoHome, business_date: dt.date) -> Summary:
    """The summary of a business date.

    Raises:
        NoDataError: when there are contracts with data but that night has published no figures.
    """
    came = [
        row
        for row in Register(open_lake(home).catalogue.engine).all()
        if row.delivered_on is None or row.delivered_on <= business_date
    ]
    due = settlements_due(home, business_date)
    contracts = dict.fromkeys(contract for contract, _ in due)
    linked = {contract: link_rate(home, contract, business_date) for contract in contracts}
    return Summary(
        business_date=business_date,
        deliveries=dict(sorted(Counter(row.status for row in came).items())),
        rows=_by_outcome(came, "rows"),
        cents=_by_outcome(came, "cents"),
        contracts=tuple(
            _state(home, contract, year, business_date, linked[contract]) for contract, year in due
        ),
    )


def _by_outcome(came: list[Delivery], quantity: str) -> dict[str, int]:
    totals: Counter[str] = Counter({"accepted": 0, "rejected": 0})
    for row in came:
        for account in (row.accounts or {}).values():
            totals[row.status] += int(account[f"{quantity}_accepted"])
            totals["rejected"] += int(account[f"{quantity}_rejected"])
    return dict(sorted(totals.items()))


def _state(
    home: OcmoHome, contract_id: str, year: int, business_date: dt.date, linked_share: float | None
) -> ContractState:
    settled = settle_on(home, contract_id, year, business_date)
    statement: Statement = settled.statement
    return ContractState(
        contract=contract_id,
        year=year,
        insured_years=float(statement.line("insured_years").amount),
        actual_cents_per_insured_year=float(statement.line("cost_per_insured_year", year).amount),
        target_cents_per_insured_year=float(statement.line("target_per_insured_year").amount),
        quality_score=float(statement.line("quality_score").amount),
        payable_cents=statement.payable_cents,
        linked_share=linked_share,
        in_words=plain_words(statement, language="en"),
        closes=settled.reconciliation.closes,
    )
