"""The claims step of a night: from accepted deliveries to cost per person and year, for one settlement."""

from __future__ import annotations

import datetime as dt

import polars as pl

from pipeline.claims import terms_tables
from pipeline.contract import Terms
from pipeline.contract.computed import require_figures
from pipeline.contract.shelf import contract_of
from pipeline.contract.standing import require_unchanged
from pipeline.deliveries import raw_inputs
from pipeline.home import OcmoHome
from pipeline.lake import Snapshot, Step, open_lake, run_step

RAW = ("raw_insured", "raw_claim_line", "raw_non_claim_payment", "raw_control_total")

TABLES = (
    "core_insured_period",
    "core_claim_line",
    "core_person_month",
    "core_person_year",
    "mart_claim_bucket",
    "mart_cost_by_kind",
    "core_non_claim_payment",
    "mart_non_claim_cell",
    "mart_book_difference",
)
"""In the order they are made; each may read the ones before it."""


def claims_scope(contract_id: str, year: int) -> str:
    """The catalogue's scope of this step's tables."""
    return f"claims/{contract_id}/{year}"


def terms_frames(terms: Terms, year: int) -> dict[str, pl.DataFrame]:
    """The small tables that the SQL joins with, by name: the calendar, the kinds of care, the contract's terms."""
    years = terms_tables.years(terms, year)
    return {
        "calendar_month": terms_tables.calendar_month(years),
        "calendar_year": terms_tables.calendar_year(years),
        "canonical_care_type": terms_tables.kinds_of_care(),
        "terms_area": terms_tables.area(terms),
        "terms_care_type": terms_tables.care_type(terms),
        "terms_insurer": terms_tables.insurer(terms),
        "terms_law": terms_tables.law(terms),
        "terms_non_claim_kind": terms_tables.non_claim_kind(terms),
        "terms_provider": terms_tables.provider(terms),
        "terms_year": pl.DataFrame({"year": years}),
    }


def build_claims(
    home: OcmoHome, contract_id: str, year: int, business_date: dt.date, *, published_only: bool = False
) -> Snapshot:
    """Make and publish the claims tables for the settlement of `year`, on the terms of that year.

    Raises:
        UncomputedTermsError: when the contract asks for figures that are not made yet (see `require_figures`).
        ContractValueError: when a statement was issued on this version, and it says something else now.
        NoDataError: when nothing was delivered up to `business_date`, or with `published_only` (see `run_step`).
    """
    contract = contract_of(home.contracts, contract_id, year)
    require_figures(contract, year)
    require_unchanged(home, contract)
    terms = contract.for_year(year)
    raw = raw_inputs(open_lake(home), contract_id, business_date)

    def work(step: Step) -> None:
        raw.see(step, *RAW)
        step.see_frame("delivery_supplier", terms_tables.delivery_supplier(raw.deliveries))
        for name, frame in terms_frames(terms, year).items():
            step.see_frame(name, frame)
        parameters = {
            "valuation": terms.valuation_basis.value,
            "truncation_cents": terms.truncation_ceiling_cents,
        }
        for table in TABLES:
            step.make("claims", table, parameters)

    scope = claims_scope(contract_id, year)
    return run_step(
        home,
        scope,
        business_date,
        [raw.digests, contract.digest, year],
        work,
        label=raw.label,
        published_only=published_only,
    )
