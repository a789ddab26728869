"""Aansluiting: the insurer's own books held against what came, with a name for each part of the difference.

The books (`control_total`) are counted by the insurer itself, over all its deliveries. `mart_book_difference`
holds them against the accepted lines, by label, year of loss and kind of care. Here the difference of each
supplier is taken apart, so that what is left over is what nobody can explain yet:

    booked - accepted = rejected at the supplier + in stopped deliveries + of persons who left
                        - duplicates - orphan credits - invoiced after the books - of labels without books
                        + credits whose claim was rejected in the same delivery or an earlier one
                        + unexplained

What a stopped delivery rejected at the supplier is in the books too, and counts with the rejected.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from pipeline.claims.book_causes import (
    Cause,
    booked_periods,
    credits_of_rejected,
    in_rows,
    in_stopped,
    lacking_claims,
    rejected,
    removed,
    stopped_unfilled,
)
from pipeline.claims.build import build_claims
from pipeline.contract.shelf import contract_of
from pipeline.deliveries import Register, raw_inputs
from pipeline.deliveries.missing import expected_deliveries
from pipeline.deliveries.removed import RemovedRows
from pipeline.home import OcmoHome
from pipeline.lake import open_lake

UNEXPLAINED = "unexplained"


@dataclass(frozen=True)
class SupplierBooks:
    """One supplier's books up to `as_of_date` (None: there are none) and what came, in declared cents."""

    supplier: str
    as_of_date: dt.date | None
    booked_lines: int
    booked_cents: int
    accepted_lines: int
    accepted_cents: int
    causes: tuple[Cause, ...]

    @property
    def difference_cents(self) -> int:
        """Booked less accepted."""
        return self.booked_cents - self.accepted_cents

    @property
    def unexplained_cents(self) -> int:
        """What is left over when every cause is taken off."""
        return next(cause.cents or 0 for cause in self.causes if cause.code == UNEXPLAINED)


@dataclass(frozen=True)
class BookDifferences:
    """The books of a contract's suppliers on a business date; `rows` is `mart_book_difference`."""

    contract: str
    year: int
    business_date: dt.date
    suppliers: tuple[SupplierBooks, ...]
    rows: pl.DataFrame

    def as_json(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "contract": self.contract,
            "year": self.year,
            "business_date": self.business_date.isoformat(),
            "suppliers": [
                {
                    **asdict(books),
                    "as_of_date": books.as_of_date.isoformat() if books.as_of_date else None,
                    "difference_cents": books.difference_cents,
                    "unexplained_cents": books.unexplained_cents,
                }
                for books in self.suppliers
            ],
            "rows": self.rows.with_columns(pl.col("as_of_date").cast(pl.String)).to_dicts(),
        }


def book_differences(home: OcmoHome, contract_id: str, year: int, business_date: dt.date) -> BookDifferences:
    """The books against what came, as the night of `business_date` left them for the settlement of `year`.

    Raises:
        NoDataError: when that night has not run on the deliveries, the contract and the release of now.
    """
    lake = open_lake(home)
    published = build_claims(home, contract_id, year, business_date, published_only=True)
    rows = pl.read_parquet(lake.path(published.file("mart_book_difference")))
    terms = contract_of(home.contracts, contract_id, year).for_year(year)
    counting = raw_inputs(lake, contract_id, business_date).deliveries
    gone = RemovedRows(lake.catalogue.engine).all()
    state = Register(lake.catalogue.engine).state(business_date, contract_id)
    lacking = lacking_claims(expected_deliveries(terms, year, state))
    found = []
    for supplier in sorted({*rows["supplier"], *lacking}):
        own = rows.filter(pl.col("supplier") == supplier)
        used = [row for row in counting if row.supplier == supplier]
        stopped = stopped_unfilled([one for one in state if one.delivery.supplier == supplier], used)
        causes = [
            *rejected([*used, *booked_periods(stopped, own)]),
            *in_stopped(lake, stopped, own),
            *in_rows(own),
            *credits_of_rejected(used),
            *removed([*used, *booked_periods(stopped, own)], gone),
            *([Cause("missing", None, None, lacking[supplier])] if supplier in lacking else []),
        ]
        found.append(_books(supplier, own, causes))
    return BookDifferences(contract_id, year, business_date, tuple(found), rows)


def _books(supplier: str, own: pl.DataFrame, causes: Sequence[Cause]) -> SupplierBooks:
    """A supplier's sums, the causes of the difference, and what is left over."""
    sums = own.select(pl.col("^.*_(lines|cents)$").sum()).row(0, named=True)
    left = [
        sums[f"difference_{what}"] - sum(getattr(cause, what) or 0 for cause in causes)
        for what in ("lines", "cents")
    ]
    as_of: dt.date | None = own["as_of_date"].max()  # type: ignore[assignment]
    return SupplierBooks(
        supplier=supplier,
        as_of_date=as_of,
        booked_lines=sums["booked_lines"],
        booked_cents=sums["booked_cents"],
        accepted_lines=sums["accepted_lines"],
        accepted_cents=sums["accepted_cents"],
        causes=(*causes, Cause(UNEXPLAINED, *left)),
    )
