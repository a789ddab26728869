"""The case-mix step of a night: cells, the comparison group's rates, and each side's expected cost."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import polars as pl

from pipeline.casemix.expected import CELL, cell_rates, expected_cost
from pipeline.claims import terms_tables
from pipeline.claims.build import build_claims
from pipeline.contract import Terms
from pipeline.contract.shelf import contract_of
from pipeline.home import OcmoHome
from pipeline.lake import Snapshot, Step, run_step

OLDEST = 200
"""Upper end of the last age class: higher than anybody's age."""


def casemix_scope(contract_id: str, year: int) -> str:
    """The catalogue's scope of this step's tables."""
    return f"casemix/{contract_id}/{year}"


def age_classes(terms: Terms) -> pl.DataFrame:
    """`age_class_code` ('00-04', '90+'), `from_age`, `to_age` (both included) by the contract's bounds."""
    bounds = list(terms.case_mix_age_bounds.value)
    rows = [(f"{low:02d}-{high - 1:02d}", low, high - 1) for low, high in pairwise(bounds)]
    rows.append((f"{bounds[-1]:02d}+", bounds[-1], OLDEST))
    return pl.DataFrame(rows, schema=["age_class_code", "from_age", "to_age"], orient="row")


def build_casemix(
    home: OcmoHome, contract_id: str, year: int, business_date: dt.date, *, published_only: bool = False
) -> Snapshot:
    """Make and publish cells, rates and expected cost for the settlement of `year`.

    Raises:
        NoDataError: when nothing was delivered up to `business_date`, or with `published_only` (see `run_step`).
        FiguresError: when the comparison group is empty.
    """
    claims = build_claims(home, contract_id, year, business_date, published_only=published_only)
    contract = contract_of(home.contracts, contract_id)
    terms = contract.for_year(year)

    def work(step: Step) -> None:
        step.see_snapshot(claims)
        step.see_frame("terms_age_class", age_classes(terms))
        step.make("casemix", "mart_casemix_cell")
        cells = step.read("mart_casemix_cell")
        rates = cell_rates(cells, year)
        step.keep("mart_casemix_rate", rates.with_columns(year=pl.lit(year)), key=CELL)
        expected = [
            {"year": y, "group_code": group, **vars(expected_cost(cells, rates, y, group, year))}
            for y in terms_tables.years(terms, year)
            for group in (terms_tables.CONTRACTED, terms_tables.COMPARISON)
        ]
        step.keep("mart_expected_cost", pl.DataFrame(expected), key=["year", "group_code"])

    scope = casemix_scope(contract_id, year)
    return run_step(
        home,
        scope,
        business_date,
        [claims.digests, contract.digest, year],
        work,
        published_only=published_only,
    )
