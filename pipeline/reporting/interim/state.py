"""What the nights have left of one contract year, as an interim report takes it in.

Plain values, so that a report can be made of any of them: `gather` reads them from the lake, tests write
them down.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from pipeline.contract import Contract, Terms
from pipeline.deliveries.missing import Expected
from pipeline.reporting.issued import IssuedStatement
from pipeline.settlement import Figures

MONTHS_PER_YEAR = 12


@dataclass(frozen=True)
class Exposure:
    """Insured months of one side: of the whole year as the register has it, and up to the last covered month."""

    in_year: int
    so_far: int


@dataclass(frozen=True)
class KindOfCare:
    """What one kind of care cost the contracted population so far, in cents, and once all claims are in.

    `share_complete` is None where nothing can be said about it yet; `completed_cents` is then what has come.
    `persons` had this care.
    """

    code: str
    is_in_domain: bool
    is_fixed: bool
    persons: int
    cents_so_far: int
    completed_cents: int
    share_complete: float | None
    method: str


@dataclass(frozen=True)
class Truncated:
    """What the contract's ceiling took off the contracted population's cost so far, and of how many persons."""

    persons: int
    cents: int


@dataclass(frozen=True)
class Book:
    """What an insurer's own books say, over all years of loss, and what was accepted, in declared cents.

    `causes` takes the difference apart, by cause; None where nobody can know how much it is.
    """

    supplier: str
    booked_cents: int
    accepted_cents: int
    causes: Mapping[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True, order=True)
class Replaced:
    """A delivery whose place another took."""

    delivery_id: str
    by: str


@dataclass(frozen=True)
class Deliveries:
    """What should have come for a contract year, and what replaced what."""

    expected: tuple[Expected, ...]
    replaced: tuple[Replaced, ...] = ()


@dataclass(frozen=True)
class YearState:
    """One contract year on a business date.

    `through` is the first day of the last month over which claims have come; `exposure` and `run_out` are by
    side (`contracted`, `comparison`), `run_out` being completed cost as a multiple of the cost so far;
    `run_out_before` is the same of each baseline year.
    `truncated_persons` of the contracted side cost more than the contract's ceiling.
    `payments` are cents by kind of payment that is no claim.
    """

    contract: Contract
    year: int
    through: dt.date
    figures: Figures
    exposure: Mapping[str, Exposure]
    run_out: Mapping[str, Fraction]
    truncated_persons: int
    kinds: tuple[KindOfCare, ...]
    deliveries: Deliveries
    payments: Mapping[str, int] = field(default_factory=dict)
    books: tuple[Book, ...] = ()
    run_out_before: Mapping[int, Mapping[str, Fraction]] = field(default_factory=dict)

    @property
    def terms(self) -> Terms:
        """The terms on which the year is settled."""
        return self.contract.for_year(self.year)

    @property
    def truncated(self) -> Truncated:
        """What truncation took off so far, and of how many."""
        return Truncated(self.truncated_persons, round(self.figures.amount("truncated_cents", self.year)))

    @property
    def months(self) -> int:
        """How many months of the year the claims cover."""
        return self.through.month if self.through.year == self.year else MONTHS_PER_YEAR


@dataclass(frozen=True)
class Gathered:
    """What there is to report on: the night, contract years with figures, what else is expected, what is settled."""

    business_date: dt.date
    years: tuple[YearState, ...]
    awaited: tuple[Expected, ...]
    issued: tuple[IssuedStatement, ...]
