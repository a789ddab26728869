"""The completion step of a night: when cost was invoiced, the patterns of run-out, and cost completed by them."""

from __future__ import annotations

import datetime as dt

import polars as pl

from pipeline.claims import terms_tables
from pipeline.claims.build import build_claims
from pipeline.completion.completed import KEY, by_kind, completed_cost
from pipeline.completion.parameters import run_out_parameters
from pipeline.completion.patterns import last_invoiced_month, run_out_patterns
from pipeline.contract.shelf import contract_of
from pipeline.deliveries import RawInputs, raw_inputs
from pipeline.home import OcmoHome
from pipeline.lake import Snapshot, Step, open_lake, run_step


def completion_scope(contract_id: str, year: int) -> str:
    """The catalogue's scope of this step's tables."""
    return f"completion/{contract_id}/{year}"


def build_completion(
    home: OcmoHome, contract_id: str, year: int, business_date: dt.date, *, published_only: bool = False
) -> Snapshot:
    """Make and publish run-out cells, patterns and completed cost for the settlement of `year`.

    Its baseline years are completed too: the newest of them is seldom complete when the year is looked ahead at.

    Raises:
        NoDataError: when nothing was delivered up to `business_date`, or with `published_only` (see `run_step`).
    """
    claims = build_claims(home, contract_id, year, business_date, published_only=published_only)
    contract = contract_of(home.contracts, contract_id, year)
    years = terms_tables.years(contract.for_year(year), year)
    delivered_on = claims_delivered_on(raw_inputs(open_lake(home), contract_id, business_date), business_date)

    def work(step: Step) -> None:
        step.see_snapshot(claims)
        step.make("completion", "mart_run_out_cell")
        cells = step.read("mart_run_out_cell")
        made = completion_tables(cells, years, delivered_on)
        step.keep("mart_run_out_pattern", made["mart_run_out_pattern"], key=["care_type_code", "development"])
        step.keep("mart_completed_cost", made["mart_completed_cost"], key=KEY)

    return run_step(
        home,
        completion_scope(contract_id, year),
        business_date,
        [claims.digests, contract.digest, year, delivered_on],
        work,
        published_only=published_only,
    )


def claims_delivered_on(raw: RawInputs, business_date: dt.date) -> dt.date:
    """The day of the newest delivery with claims that counts on a business date; that date when none tells."""
    with_claims = {
        snapshot.scope
        for snapshot in raw.snapshots
        if any(file.table == "raw_claim_line" for file in snapshot.files)
    }
    days = (row.delivered_on for row in raw.deliveries if row.scope in with_claims)
    return max((day for day in days if day is not None), default=business_date)


def completion_tables(
    cells: pl.DataFrame, years: list[int], delivered_on: dt.date
) -> dict[str, pl.DataFrame]:
    """The tables that are made of the run-out cells, by name.

    Args:
        cells: `mart_run_out_cell`.
        years: those the settlement looks at.
        delivered_on: see `claims_delivered_on`.
    """
    parameters = run_out_parameters()
    now = last_invoiced_month(cells, delivered_on)
    patterns = run_out_patterns(cells, years, now, parameters)
    return {
        "mart_run_out_pattern": patterns,
        "mart_completed_cost": completed_cost(cells, patterns, years, now, parameters),
    }


def completed(home: OcmoHome, contract_id: str, year: int, business_date: dt.date) -> pl.DataFrame:
    """The contract year's cost so far and completed, by kind of care, side and bucket (see `by_kind`).

    Raises:
        NoDataError: when that night has published no completion for these deliveries, terms and release.
    """
    published = build_completion(home, contract_id, year, business_date, published_only=True)
    return by_kind(pl.read_parquet(open_lake(home).path(published.file("mart_completed_cost"))), year)
