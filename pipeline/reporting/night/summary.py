"""What a night's summary holds, as plain data: every part is ready for JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Todo:
    """Something that a person must do: what is the matter, where, and what to do about it."""

    where: str
    what: str
    remedy: str


@dataclass(frozen=True)
class Arrival:
    """One arrival and how it stands on the business date.

    `is_news`: the summary before did not know it, or knew it as standing otherwise. `rows` and cents are what
    the supplier delivered, `rejected_*` what it kept back before sealing. `warnings` counts checks.
    """

    arrival: str
    delivery: str
    standing: str
    is_news: bool
    contract: str
    supplier: str
    period: str
    delivered_on: str
    replaces: str
    replaced_by: str
    repeats: str
    persons: int
    rows: int
    claim_cents: int
    payment_cents: int
    rejected_rows: int
    rejected_claim_cents: int
    rejected_payment_cents: int
    warnings: int
    is_judged: bool
    reason: str


@dataclass(frozen=True, order=True)
class Missing:
    """A table that a contract expects of a supplier over a year, and that its figures are without."""

    contract: str
    supplier: str
    year: int
    table: str
    standing: str


@dataclass(frozen=True)
class Endangered:
    """A check that failed on a delivery that figures use, and one output that is not to be trusted for it."""

    output: str
    delivery: str
    check: str
    says: str
    found: str


@dataclass(frozen=True)
class Linked:
    """Rows of one delivered table: `linked` have a pseudonym, `known` are of a person in the insurer's register."""

    contract: str
    delivery_id: str
    table: str
    rows: int
    linked: int
    known: int


@dataclass(frozen=True)
class Rejected:
    """Rows that a supplier kept back by one rule, over its deliveries that figures use."""

    contract: str
    supplier: str
    table: str
    rule: str
    rows: int


@dataclass(frozen=True)
class Books:
    """An insurer's own books against what came, in declared cents, and the named parts of the difference."""

    contract: str
    year: int
    supplier: str
    as_of_date: str
    booked_cents: int
    accepted_cents: int
    difference_cents: int
    unexplained_cents: int
    causes: dict[str, int | None]


@dataclass(frozen=True)
class Change:
    """A figure that is another than in the summary before."""

    figure: str
    before: float | None
    after: float | None


@dataclass(frozen=True)
class ContractState:
    """Where one contract year stands; figures are None when there are none. `failure`: why it cannot be settled.

    `may_still_come`: it fails for nothing but data that have not come and still may. `linked_share` is the
    share of the hospitals' operations whose patient is in the insurer's register, by pseudonym; None when
    there are none, or no register. `quality_score` is None without quality terms.
    """

    contract: str
    year: int
    expected_tables: int
    came_tables: int
    insured_years: float | None = None
    actual_cents_per_insured_year: float | None = None
    target_cents_per_insured_year: float | None = None
    quality_score: float | None = None
    payable_cents: int | None = None
    linked_share: float | None = None
    in_words: str = ""
    closes: bool | None = None
    changes: tuple[Change, ...] = ()
    failure: str = ""
    may_still_come: bool = False

    @property
    def name(self) -> str:
        """'maasoever 2025'."""
        return f"{self.contract} {self.year}"


@dataclass(frozen=True)
class NightSummary:
    """The summary of a business date; `since` is the date of the one it is compared with, empty for none.

    `deliveries` counts arrivals by standing. `rows`, `claim_cents` and `payment_cents` are what suppliers
    delivered, by standing, and what they `rejected` before sealing of what counts.
    """

    business_date: str
    since: str
    deliveries: dict[str, int]
    rows: dict[str, int]
    claim_cents: dict[str, int]
    payment_cents: dict[str, int]
    todo: tuple[Todo, ...]
    arrivals: tuple[Arrival, ...]
    contracts: tuple[ContractState, ...]
    missing: tuple[Missing, ...]
    endangered: tuple[Endangered, ...]
    linked: tuple[Linked, ...]
    books: tuple[Books, ...]
    rejected: tuple[Rejected, ...]

    @property
    def news(self) -> tuple[Arrival, ...]:
        """The arrivals that are new, or stand otherwise than in the summary before."""
        return tuple(arrival for arrival in self.arrivals if arrival.is_news)

    def as_json(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return asdict(self)
