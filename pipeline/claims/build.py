"""The claims step of a night: from accepted deliveries to cost per person and year, for one settlement."""

from __future__ import annotations

import datetime as dt

import polars as pl

from pipeline.claims import terms_tables
from pipeline.contract.shelf import contract_of
from pipeline.deliveries import raw_inputs
from pipeline.home import OcmoHome
from pipeline.lake import Snapshot, Step, open_lake, run_step

TABLES = (
    "core_insured_period",
    "core_claim_line",
    "core_person_month",
    "core_person_year",
    "mart_claim_bucket",
)
"""In the order they are made; each may read the ones before it."""


def claims_scope(contract_id: str, year: int) -> str:
    """The catalogue's scope of this step's tables."""
    return f"claims/{contract_id}/{year}"


def build_claims(
    home: OcmoHome, contract_id: str, year: int, business_date: dt.date, *, published_only: bool = False
) -> Snapshot:
    """Make and publish the claims tables for the settlement of `year`, on the terms of that year.

    Raises:
        NoDataError: when nothing was delivered up to `business_date`, or with `published_only` (see `run_step`).
    """
    contract = contract_of(home.contracts, contract_id)
    terms = contract.for_year(year)
    raw = raw_inputs(open_lake(home), contract_id, business_date)
    years = terms_tables.years(terms, year)

    def work(step: Step) -> None:
        raw.see(step, "raw_insured", "raw_claim_line")
        step.see_frame("calendar_month", terms_tables.calendar_month(years))
        step.see_frame("calendar_year", terms_tables.calendar_year(years))
        step.see_frame("terms_area", terms_tables.area(terms))
        step.see_frame("terms_care_type", terms_tables.care_type(terms))
        step.see_frame("terms_insurer", terms_tables.insurer(terms))
        step.see_frame("terms_law", terms_tables.law(terms))
        step.see_frame("terms_year", pl.DataFrame({"year": years}))
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
