"""The linked set held against the contract's limits of re-identification risk."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pipeline.contract import Contract, Term
from pipeline.contract.shelf import versions_of
from pipeline.contract.values import RiskLimit
from pipeline.home import OcmoHome
from pipeline.privacy.knowledge import FACTS, Known, everything, few_at_once, in_order, remedies
from pipeline.privacy.measure import TABLES, Groups, Measured, measure


@dataclass(frozen=True)
class Verdict:
    """One limit of the contract: `persons` of all who are linked are in a group that is too small."""

    known: Known
    smaller_than: int
    allowed: Decimal
    persons: int
    share: Fraction

    @property
    def is_over(self) -> bool:
        """Whether more persons are in such groups than was agreed."""
        return self.share > Fraction(self.allowed)


@dataclass(frozen=True)
class Assessment:
    """What the linked set of a contract shows on a business date, and whether that is within the limits."""

    contract: Contract
    business_date: dt.date
    term: Term[tuple[RiskLimit, ...]]
    measured: Measured
    verdicts: tuple[Verdict, ...]

    @property
    def over(self) -> list[Verdict]:
        """The limits that are exceeded."""
        return [verdict for verdict in self.verdicts if verdict.is_over]

    def groups(self, known: Known, table: str = TABLES[0]) -> Groups:
        """The groups alike in these columns, in a table; in the whole linked set when none is named."""
        return self.measured.groups[known][table]

    @property
    def most_telling(self) -> list[Known]:
        """Combinations of up to three columns: those in which most of the linked persons are alone first."""
        return sorted(
            few_at_once(self.measured.kept),
            key=lambda known: (-self.groups(known).below(2), len(known), known),
        )


def assess(home: OcmoHome, contract_id: str, business_date: dt.date) -> Assessment:
    """Measure the linked set of a contract as it is known on a business date, and judge it.

    Raises:
        ContractError: when the OCMO serves no such contract.
        ContractValueError: when the contract has no limits yet on that day.
        NoDataError: when no delivery was accepted up to `business_date`.
        ReconciliationError: when deliveries carry pseudonyms of different epochs.
    """
    contract = versions_of(home.contracts, contract_id).on(business_date)
    term = contract.at(business_date).privacy_risk_limits
    limits = [(in_order(limit.columns or everything()), limit) for limit in term.value]
    measured = measure(
        home, contract_id, business_date, lambda kept: [*(known for known, _ in limits), *sets_shown(kept)]
    )
    verdicts = tuple(_judged(measured.groups[known][TABLES[0]], known, limit) for known, limit in limits)
    return Assessment(contract, business_date, term, measured, verdicts)


def sets_shown(kept: Known) -> list[Known]:
    """Every set of columns that a report shows, whatever the limits are on."""
    return [everything(), with_facts(), *remedies(kept).values(), *few_at_once(kept)]


def with_facts() -> Known:
    """All quasi-identifiers and all coarse facts at once."""
    return in_order((*everything(), *FACTS))


def _judged(groups: Groups, known: Known, limit: RiskLimit) -> Verdict:
    return Verdict(
        known,
        limit.smaller_than,
        limit.share,
        groups.below(limit.smaller_than),
        groups.share_below(limit.smaller_than),
    )
