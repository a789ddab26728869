"""What should have come and whether it did: the contract says which supplier delivers which tables over which years."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline.contract import Terms
from pipeline.deliveries.delivery import Delivery
from pipeline.deliveries.standing import DeliveryState, Standing


class Came(StrEnum):
    """Whether an expected table came, on a business date."""

    CAME = "came"
    LINKED = "linked"
    QUARANTINED = "quarantined"
    STOPPED = "stopped"
    REFUSED = "refused"
    MISSING = "missing"


BEST_FIRST = {
    Standing.ACCEPTED: Came.CAME,
    Standing.LINKED: Came.LINKED,
    Standing.QUARANTINED: Came.QUARANTINED,
    Standing.STOPPED: Came.STOPPED,
    Standing.REFUSED: Came.REFUSED,
}
"""What a delivery's standing means for the tables in it. A replaced one holds nothing that counts."""


@dataclass(frozen=True, order=True)
class Expected:
    """A table that a supplier is to deliver over a year, and how that stands.

    `came`: an accepted delivery that counts holds it; `linked`: it waits for the gate; `quarantined`: for an
    operator; `stopped` and `refused`: it only came in a delivery that cannot be used; `missing`: it did not come.
    """

    supplier: str
    year: int
    table: str
    standing: Came = Came.MISSING

    def __str__(self) -> str:
        """'veldzicht 2025 patient_report'."""
        return f"{self.supplier} {self.year} {self.table}"


def expected_deliveries(terms: Terms, year: int, state: Sequence[DeliveryState]) -> list[Expected]:
    """Every table that the settlement of `year` expects, and how it stands; by supplier, year and table.

    `state` is the contract's register on a business date: `Register.state(business_date, contract)`.
    """
    standings = {
        (one.delivery.supplier, one.delivery.period, table, BEST_FIRST[one.standing])
        for one in state
        if one.standing in BEST_FIRST
        for table in one.delivery.accounts
    }

    def how(supplier: str, each: int, table: str) -> Came:
        stand = (came for came in BEST_FIRST.values() if (supplier, str(each), table, came) in standings)
        return next(stand, Came.MISSING)

    return sorted(Expected(*agreed, how(*agreed)) for agreed in _agreed(terms, year))


def missing_tables(terms: Terms, year: int, accepted: Sequence[Delivery]) -> list[Expected]:
    """What the settlement of `year` lacks: what is expected and in none of the deliveries that it uses."""
    state = [DeliveryState(row, Standing.ACCEPTED) for row in accepted]
    return [one for one in expected_deliveries(terms, year, state) if one.standing is not Came.CAME]


def _agreed(terms: Terms, year: int) -> Iterator[tuple[str, int, str]]:
    """(supplier, year, table) of everything the contract expects."""
    for expected in terms.deliveries_expected.value:
        years = [*terms.baseline_years, year] if expected.years == "baseline_and_contract" else [year]
        for each in years:
            for table in expected.tables:
                yield expected.supplier, each, table
