"""The indicators step of a night: quality of each side in the settlement year."""

from __future__ import annotations

import datetime as dt

import polars as pl

from pipeline.claims import terms_tables
from pipeline.contract.shelf import contract_of
from pipeline.deliveries import raw_inputs
from pipeline.home import OcmoHome
from pipeline.indicators.results import INDICATORS, IndicatorResult
from pipeline.lake import Snapshot, Step, open_lake, run_step

SCHEMA: dict[str, type[pl.DataType]] = {
    "indicator_id": pl.String,
    "year": pl.Int32,
    "group_code": pl.String,
    "value": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "numerator": pl.Int64,
    "denominator": pl.Int64,
    "expected": pl.Float64,
    "unit": pl.String,
}


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
    contract = contract_of(home.contracts, contract_id)
    terms = contract.for_year(year)

    def work(step: Step) -> None:
        raw.see(step, "raw_clinical_event", "raw_patient_report")
        step.see_frame("terms_provider", terms_tables.provider(terms))
        results: list[IndicatorResult | None] = []
        for table, compute in INDICATORS.values():
            step.make("indicators", table)
            results += [
                compute(step.read(table), year, group)
                for group in (terms_tables.CONTRACTED, terms_tables.COMPARISON)
            ]
        rows = [vars(result) for result in results if result is not None]
        step.keep("mart_indicator", pl.DataFrame(rows, schema=SCHEMA), key=["indicator_id", "group_code"])

    scope = indicators_scope(contract_id, year)
    return run_step(
        home, scope, business_date, [raw.digests, contract.digest, year], work, published_only=published_only
    )
