"""What an insurer delivers of a period beside its register and its claims: books, payments, providers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline.demo.files import RegionFile
from pipeline.demo.impersonal.books import book_totals, together, write_books
from pipeline.demo.impersonal.payments import payments, registered_persons, write_payments
from pipeline.demo.impersonal.providers import write_providers


@dataclass(frozen=True)
class Earlier:
    """What the periods before have left: the books' totals, and what each provider claimed of the last year."""

    totals: pl.DataFrame
    claims: pl.DataFrame


def insurer_files(
    folder: Path,
    *,
    supplier: str,
    year: int,
    ledger: pl.DataFrame,
    insured: pl.DataFrame,
    providers: pl.DataFrame,
    known_to: Sequence[dt.date],
    earlier: Earlier | None,
) -> tuple[list[RegionFile], Earlier]:
    """Write an insurer's books and payments of one period, as known on each of some days, and its providers.

    Args:
        folder: the insurer's.
        supplier: the insurer.
        year: the period.
        ledger: its claim lines of this period (of `ledger`).
        insured: insurer_code, general_practice_code, first_day and last_day of who is insured in the year.
        providers: of `all_providers`.
        known_to: days in order, the last that on which the period is whole.
        earlier: of the period before; None in the first.

    Returns:
        The files, and what the next period needs.
    """
    claims = _claims_by_provider(ledger, providers, year)
    before = None if earlier is None else earlier.claims
    paid = payments(registered_persons(insured, year), claims, before, year)
    listed = folder / f"zorgaanbieders-{year}.csv"
    # The list was made when the year began, so every delivery of the period holds it.
    files = [write_providers(listed, providers, supplier=supplier, year=year, known_to=dt.date(year, 1, 1))]
    totals = pl.DataFrame()
    for day in known_to:
        totals = book_totals(ledger, day)
        totals = totals if earlier is None else together([earlier.totals, totals])
        books, settled = folder / f"controletotalen-{day}.csv", folder / f"betalingen-{day}.csv"
        files += [
            write_books(books, totals, supplier=supplier, year=year, up_to=day),
            write_payments(settled, paid, supplier=supplier, year=year, known_to=day),
        ]
    return files, Earlier(totals, claims)


def _claims_by_provider(ledger: pl.DataFrame, providers: pl.DataFrame, year: int) -> pl.DataFrame:
    """What each provider claimed of this year's care: insurer_code, provider_code, is_hospital, is_pharmacy, cents."""
    kinds = providers.select(
        "provider_code",
        is_hospital=pl.col("kind_code") == "hospital",
        is_pharmacy=pl.col("kind_code") == "pharmacy",
    )
    own = ledger.filter(year_of_loss=year).group_by("insurer_code", "provider_code")
    claimed = own.agg(cents=pl.col("declared_cents").sum())
    return claimed.join(kinds, on="provider_code", validate="m:1").sort("insurer_code", "provider_code")
