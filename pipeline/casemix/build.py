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
    bounds = list(terms.case_mix_age_bounds.value) if terms.case_mix_age_bounds else [0]
    rows = [(f"{low:02d}-{high - 1:02d}", low, high - 1) for low, high in pairwise(bounds)]
    rows.append((f"{bounds[-1]:02d}+", bounds[-1], OLDEST))
    return pl.DataFrame(rows, schema=["age_class_code", "from_age", "to_age"], orient="row")


def standard_of(terms: Terms, year: int) -> tuple[str, int]:
    """Whose cost per cell is the standard, and of which year: the comparison group now, or own history."""
    model = terms.case_mix_model
    if model is not None and model.value == "indirect":
        return terms_tables.COMPARISON, year
    return terms_tables.CONTRACTED, max(terms.baseline_years, default=year)


def rates_and_expected(cells: pl.DataFrame, terms: Terms, year: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The standard's rates (`mart_casemix_rate`) and each side's expected cost (`mart_expected_cost`) of cells.

    Raises:
        FiguresError: when the standard's group is empty.
    """
    standard, model_year = standard_of(terms, year)
    rates = cell_rates(cells, model_year, standard)
    expected = [
        {"year": y, "group_code": group, **vars(expected_cost(cells, rates, y, group, model_year, standard))}
        for y in terms_tables.years(terms, year)
        for group in (terms_tables.CONTRACTED, terms_tables.COMPARISON)
    ]
    return rates.with_columns(year=pl.lit(model_year)), pl.DataFrame(expected)


def build_casemix(
    home: OcmoHome, contract_id: str, year: int, business_date: dt.date, *, published_only: bool = False
) -> Snapshot:
    """Make and publish cells, rates and expected cost for the settlement of `year`.

    Raises:
        NoDataError: when nothing was delivered up to `business_date`, or with `published_only` (see `run_step`).
        FiguresError: when the standard's group is empty.
    """
    claims = build_claims(home, contract_id, year, business_date, published_only=published_only)
    contract = contract_of(home.contracts, contract_id, year)
    terms = contract.for_year(year)

    def work(step: Step) -> None:
        step.see_snapshot(claims)
        step.see_frame("terms_age_class", age_classes(terms))
        step.make("casemix", "mart_casemix_cell")
        cells = step.read("mart_casemix_cell")
        rates, expected = rates_and_expected(cells, terms, year)
        step.keep("mart_casemix_rate", rates, key=CELL)
        step.keep("mart_expected_cost", expected, key=["year", "group_code"])

    scope = casemix_scope(contract_id, year)
    return run_step(
        home,
        scope,
        business_date,
        [claims.digests, contract.digest, year],
        work,
        published_only=published_only,
    )
