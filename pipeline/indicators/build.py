"""The indicators step of a night: quality of each side in the settlement year."""

from __future__ import annotations

import datetime as dt

from pipeline.claims import terms_tables
from pipeline.contract.shelf import contract_of
from pipeline.deliveries import raw_inputs
from pipeline.home import OcmoHome
from pipeline.indicators.results import measured
from pipeline.lake import Snapshot, Step, open_lake, run_step

TABLES = (
    "core_operation",
    "core_patient_report",
    "mart_complication_cell",
    "mart_eq5d_change",
    "mart_report_bucket",
)
"""In the order they are made; each may read the ones before it."""


def indicators_scope(contract_id: str, year: int) -> str:
    """The catalogue's scope of this step's tables."""
    return f"indicators/{contract_id}/{year}"


def build_indicators(
    home: OcmoHome, contract_id: str, year: int, business_date: dt.date, *, published_only: bool = False
) -> Snapshot:
    """Make and publish the indicators for the settlement of `year`; one without data has no row.

    Raises:
        NoDataError: when nothing was delivered up to `business_date`, or with `published_only` (see `run_step`).
    """
    raw = raw_inputs(open_lake(home), contract_id, business_date)
    contract = contract_of(home.contracts, contract_id, year)
    terms = contract.for_year(year)

    def work(step: Step) -> None:
        raw.see(step, "raw_clinical_event", "raw_patient_report")
        step.see_frame("terms_provider", terms_tables.provider(terms))
        for table in TABLES:
            step.make("indicators", table)
        step.keep("mart_indicator", measured(step.read, year), key=["indicator_id", "group_code"])

    scope = indicators_scope(contract_id, year)
    return run_step(
        home,
        scope,
        business_date,
        [raw.digests, contract.digest, year],
        work,
        label=raw.label,
        published_only=published_only,
    )
